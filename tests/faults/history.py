"""What was done, and what was seen.

People log every operation with its outcome, devices everything they hear and, in the end, everything they hold.
Times are seconds of one monotonic clock. What is wrong with a history is for `checker.py` to say.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from dialog.protocol.chats import Mine
from dialog.protocol.receipts import Receipt

NOTICE = "notice"
"""Begins the nonce, with a space, of what a group told by itself: nobody sent it."""


class Outcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    """It did not happen, and never will."""
    BROKEN = "broken"
    """Answered `internal`, which nobody should ever be; it may have happened."""
    UNKNOWN = "unknown"


class Send(Struct):
    """One message, with however many tries."""

    author_id: int
    chat_id: int
    nonce: str
    began: float
    ended: float = 0.0
    outcome: Outcome = Outcome.UNKNOWN
    seq: int = 0


class Edit(Struct):
    """A new text for a message, none when it is deleted. Messages are edited by their writers, one edit at a time."""

    chat_id: int
    seq: int
    text: str
    began: float
    outcome: Outcome = Outcome.UNKNOWN


class Removal(Struct):
    """Somebody was put out of a chat, acknowledged at that time."""

    chat_id: int
    user_id: int
    ended: float


class Return(Struct):
    """Somebody was asked back into a chat at that time: from then on everything in it is theirs to read."""

    chat_id: int
    user_id: int
    began: float


class Reading(Struct):
    """Somebody said on some device how far they have received a chat, and read it unless `read_seq` is 0."""

    chat_id: int
    user_id: int
    delivered_seq: int
    read_seq: int = 0
    outcome: Outcome = Outcome.UNKNOWN


class Marking(Struct):
    """Somebody marked a chat as unread, or took the mark away. One person does one thing after the other."""

    chat_id: int
    user_id: int
    marked: bool
    outcome: Outcome = Outcome.UNKNOWN


class Appointment(Struct):
    """Somebody was given a role in a group, or "" for none, by those who do one such thing after the other."""

    chat_id: int
    user_id: int
    role: str
    outcome: Outcome = Outcome.UNKNOWN


class Pointed(Struct):
    """A device took note of how far somebody has come: this is what it shows from now on."""

    device: str
    chat_id: int
    user_id: int
    delivered_seq: int
    read_seq: int


class Sighting(Struct):
    """A device took in a new message: it is on its screen from now on."""

    device: str
    chat_id: int
    seq: int
    nonce: str


class Heard(Struct):
    """A numbered event of a chat came over a device's socket, wanted or not."""

    device: str
    chat_id: int
    rev: int
    at: float


class HeardOut(Struct):
    """A device's socket said that its person is out of a chat, as of that rev."""

    device: str
    chat_id: int
    rev: int
    at: float


class Move(Struct, frozen=True):
    """Somebody came or left, as of that rev of the chat."""

    chat_id: int
    user_id: int
    rev: int
    left: bool


class Seen(Struct, frozen=True):
    """A message as it stands in the end."""

    nonce: str
    text: str
    author_id: int = 0
    mentions: tuple[int, ...] = ()
    mentions_all: bool = False
    counts: bool = True
    """Whether it is one of those that are unread until they are read: not deleted, nor told by the group itself."""


class Look(Struct, frozen=True):
    """Who has received and read one message, as somebody is told who asks."""

    seq: int
    delivered: frozenset[int]
    read: frozenset[int]


class Holding(Struct):
    """All that a device holds of a chat in the end; or, `fresh`, all that its person can fetch."""

    device: str
    chat_id: int
    messages: dict[int, Seen]
    members: dict[int, Any] = field(default_factory=dict[int, Any])
    chat: Any = None
    mine: Mine | None = None
    """What concerns only the device's person; None when it is not known."""
    receipts: dict[int, Receipt] = field(default_factory=dict[int, Receipt])
    """How far others have come."""
    look: Look | None = None
    head_seq: int = -1
    """As the chat's row has it; below 0 when it is not known."""
    fresh: bool = False


class History(Struct):
    """Everything that `check` goes by. `devices` names the person behind each."""

    devices: dict[str, int] = field(default_factory=dict[str, int])
    sends: list[Send] = field(default_factory=list[Send])
    edits: list[Edit] = field(default_factory=list[Edit])
    removals: list[Removal] = field(default_factory=list[Removal])
    returns: list[Return] = field(default_factory=list[Return])
    doings: list[Reading | Marking] = field(default_factory=list[Reading | Marking])
    appointments: list[Appointment] = field(default_factory=list[Appointment])
    passers: set[int] = field(default_factory=set[int])
    """People who come and go: of them less can be said."""
    pointed: list[Pointed] = field(default_factory=list[Pointed])
    sightings: list[Sighting] = field(default_factory=list[Sighting])
    heard: list[Heard] = field(default_factory=list[Heard])
    heard_out: list[HeardOut] = field(default_factory=list[HeardOut])
    moves: set[Move] = field(default_factory=set[Move])
    holdings: list[Holding] = field(default_factory=list[Holding])
    broken: list[str] = field(default_factory=list[str])
    """Other commands that were answered `internal`."""
    patience: float = 40.0
    """Seconds after its acknowledgement by which a removal is in force even where nobody heard of it."""

    def count(self, outcome: Outcome) -> int:
        """How many messages came to this end."""
        return sum(send.outcome is outcome for send in self.sends)

    def save(self, path: Path) -> None:
        """Keep it, to look into a failure."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self, enc_hook=repr), indent=1))


def longest_span(times: Iterable[tuple[float, bool]], stride: float = math.inf) -> float:
    """The longest time that something was false, of samples in their order.

    What is beyond `stride` between two samples is not counted: whoever looked stood still.
    """
    longest = span = 0.0
    for (at, so), (then, _) in pairwise(times):
        span = 0.0 if so else span + min(then - at, stride)
        longest = max(longest, span)
    return longest
