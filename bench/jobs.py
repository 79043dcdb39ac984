"""What a benchmark asks of a load generator, and what it hears: one line of JSON each way, over stdin and stdout."""

import msgspec
from msgspec import Struct


class Person(Struct, frozen=True):
    """Somebody with a socket of their own."""

    token: str


class Address(Struct, frozen=True, tag=True):
    """Where the gateway is. Said first, and again when it has moved."""

    host: str
    port: int


class Connect(Struct, frozen=True, tag=True):
    """Open a socket for each of these, `at_once` at a time: upgrade, `connect`, and `sync` to the end."""

    people: list[Person]
    at_once: int


class Send(Struct, frozen=True):
    """Somebody (the number of a socket, in the order of `Connect`) posts to a chat."""

    socket: int
    chat_id: int
    outstanding: int = 1


class ClosedLoop(Struct, frozen=True, tag=True):
    """Each sender has `outstanding` messages under way and sends the next one when one is answered."""

    senders: list[Send]


class OpenLoop(Struct, frozen=True, tag=True):
    """`rate` messages a second from random senders at random moments, whether answers come or not."""

    senders: list[Send]
    rate: float


class Flap(Struct, frozen=True, tag=True):
    """Each person's app goes to the front or to the back every `every` seconds. Of these, one in `leaving` is cut off
    then and comes back, and one in `choosing` chooses another status."""

    every: float
    leaving: int
    choosing: int


class Read(Struct, frozen=True, tag=True):
    """Hand over what was counted since the last time, and begin anew."""


class Stop(Struct, frozen=True, tag=True):
    """End the load and wait for the last answers."""


class Ask(Struct, frozen=True, tag=True):
    """Ask these commands (JSON) one after the other over one socket."""

    socket: int
    commands: list[str]


class SyncAgain(Struct, frozen=True, tag=True):
    """Catch up `times` times, with empty hands (`cold`) or with all that is held."""

    socket: int
    times: int
    cold: bool


class Return(Struct, frozen=True, tag=True):
    """Answer once every socket has been lost, opened again and synced, as a client would after its gateway died."""

    seconds: float


class Disconnect(Struct, frozen=True, tag=True):
    """Close every socket."""


Job = Address | Connect | ClosedLoop | OpenLoop | Flap | Read | Stop | Ask | SyncAgain | Return | Disconnect


class Answer(Struct, frozen=True):
    """What a job came to; a job that failed says why in `failed`."""

    failed: str = ""
    answered: int = 0
    refused: int = 0
    delivered: int = 0
    flaps: int = 0
    presences: int = 0
    """Events of presence."""
    latencies: list[float] = []
    """Of commands, in milliseconds."""
    received: list[float] = []
    late: list[float] = []
    moments: list[float] = []
    """Of the machine's monotonic clock, in seconds."""


JOBS = msgspec.json.Decoder(Job)
ANSWERS = msgspec.json.Decoder(Answer)
