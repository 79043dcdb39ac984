"""The socket itself: the first command, keeping it alive, and what the gateway says about it."""

from enum import IntEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .accounts import Device, Token, User
from .base import Audience, Command, Event, Failure, Id, Millis, Nothing, Seq, Status, Wire
from .presence import ChosenStatus


class Limits(Wire):
    """What the gateway allows on one socket."""

    frame_bytes: int
    pending_commands: int
    text_length: int


class Connected(Wire):
    """The socket is open. `heartbeat` is seconds of silence before the gateway pings."""

    user: User
    status: ChosenStatus
    session_id: Id
    heartbeat: float
    epoch: int
    """When it differs from the one the client knows, it drops everything it holds."""
    now: Millis
    limits: Limits
    people_rev: Seq = 0
    """Of your own affairs: when it differs from the one the client holds, it asks `people.list`."""


class Connect(Command[Connected], tag="connect"):
    """The first command on every socket, within five seconds."""

    access_token: Token
    device: Device | None = None


class Ping(Command[Nothing], tag="ping"):
    """Is anybody there? For clients that cannot see WebSocket pings."""


class Draining(Event, tag="draining"):
    """This gateway goes away: at a random moment within `within` seconds connect anew, sync, then close this one."""

    audience: ClassVar[Audience] = Audience.SOCKET
    within: float


class Resync(Event, tag="resync"):
    """Events may have been lost on the way here: `sync` at a random moment within `within` seconds."""

    audience: ClassVar[Audience] = Audience.SOCKET
    within: float


class ChatsBehind(Event, tag="chats.behind"):
    """You read too slowly and events were dropped: `sync`."""

    audience: ClassVar[Audience] = Audience.SOCKET


class TooManySockets(Failure, tag="too_many_sockets"):
    """This person has as many open sockets as one may have."""

    status = Status.CONFLICT
    limit: int


class CloseCode(IntEnum):
    """Why the gateway closes. Below 4500 the client reconnects, from 4500 on it does not."""

    TOO_SLOW = 4000
    RESTARTING = 4001
    RESYNC = 4002
    TOKEN_EXPIRED = 4003
    NO_HEARTBEAT = 4008
    SIGNED_OUT = 4500
    CLIENT_TOO_OLD = 4501
    PROTOCOL_VIOLATION = 4502
    BANNED = 4503


SUBPROTOCOL = "dialog.1"

FrameId = Annotated[int, Meta(ge=0, le=2**53 - 1)]
