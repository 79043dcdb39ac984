"""What was done, what was seen, and whether both can be true of a messenger that loses, doubles and reorders nothing.

Writers log every operation with its outcome, devices everything they hear and, in the end, everything they hold.
`check` compares; it knows neither clock nor network. Times are seconds of one monotonic clock.

An `unknown` operation, one without an answer, may have happened once or not at all. Any other ambiguity is a violation.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

MOMENT = 0.5
"""Seconds after a device has heard that it is out of a chat, in which an event of that chat may still come."""


class Outcome(StrEnum):
    OK = "ok"
    REFUSED = "refused"
    """It did not happen, and never will."""
    BROKEN = "broken"
    """Answered `internal`, which nobody should ever be; it may have happened."""
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "an acknowledged message is missing"
    EDIT_LOST = "an acknowledged edit is missing"
    DIVERGED = "two saw different messages under one number"
    GAP = "a number is missing"
    REPEATED = "a device took in one message twice"
    DOUBLED = "one message was posted twice"
    PHANTOM = "nobody tried to send this"
    REFUSED_YET_POSTED = "it was refused and is there"
    OUT_OF_ORDER = "a device saw messages out of order"
    REORDERED = "it was sent after another one was acknowledged and stands before it"
    OVERHEARD = "somebody heard what was said after they had left"
    STALE = "a device does not hold what a fresh start fetches"
    BROKEN = "somebody was answered `internal`"


class Violation(Struct, frozen=True):
    kind: Kind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


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
    """A new text for a message. One message is edited by one writer, one edit after the other."""

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


class Holding(Struct):
    """All that a device holds of a chat in the end; or, `fresh`, all that its person can fetch."""

    device: str
    chat_id: int
    messages: dict[int, Seen]
    members: dict[int, Any] = field(default_factory=dict[int, Any])
    chat: Any = None
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


def check(history: History) -> list[Violation]:
    """Everything that is wrong, at most a few examples of each kind."""
    found: list[Violation] = []
    for rule in RULES:
        for number, violation in enumerate(rule(history)):
            if number == EXAMPLES:
                found.append(Violation(violation.kind, "… and more of this"))
                break
            found.append(violation)
    return found


EXAMPLES = 5
NOTICE = "notice"
"""Begins the nonce, with a space, of what a group told by itself: nobody sent it."""


def _lost(history: History) -> Iterator[Violation]:
    acknowledged: dict[int, list[Send]] = defaultdict(list)
    for send in history.sends:
        if send.outcome is Outcome.OK:
            acknowledged[send.chat_id].append(send)
    for holding in history.holdings:
        held = {seen.nonce for seen in holding.messages.values()}
        for send in acknowledged[holding.chat_id]:
            if send.nonce not in held:
                yield Violation(Kind.LOST, f"{send.chat_id}/{send.seq} {send.nonce}: not on {holding.device}")


def _edit_lost(history: History) -> Iterator[Violation]:
    """The last acknowledged text stands, unless one of the unknown ones came after all."""
    allowed: dict[tuple[int, int], set[str]] = defaultdict(set)
    last: dict[tuple[int, int], str] = {}
    for edit in history.edits:
        if edit.outcome is Outcome.OK:
            last[edit.chat_id, edit.seq] = edit.text
        elif edit.outcome is not Outcome.REFUSED:
            allowed[edit.chat_id, edit.seq].add(edit.text)
    for holding in history.holdings:
        for (chat_id, seq), text in last.items():
            seen = holding.messages.get(seq) if chat_id == holding.chat_id else None
            if seen and seen.text != text and seen.text not in allowed[chat_id, seq]:
                yield Violation(Kind.EDIT_LOST, f"{chat_id}/{seq} is {seen.text!r} on {holding.device}, not {text!r}")


def _diverged(history: History) -> Iterator[Violation]:
    known: dict[tuple[int, int], tuple[str, str]] = {}
    for chat_id, seq, nonce, witness in _witnesses(history):
        first, first_witness = known.setdefault((chat_id, seq), (nonce, witness))
        if first != nonce:
            yield Violation(Kind.DIVERGED, f"{chat_id}/{seq} is {first} for {first_witness}, {nonce} for {witness}")


def _witnesses(history: History) -> Iterator[tuple[int, int, str, str]]:
    for send in history.sends:
        if send.outcome is Outcome.OK:
            yield send.chat_id, send.seq, send.nonce, "its author"
    for sighting in history.sightings:
        yield sighting.chat_id, sighting.seq, sighting.nonce, sighting.device
    for holding in history.holdings:
        for seq, seen in holding.messages.items():
            yield holding.chat_id, seq, seen.nonce, holding.device


def _gaps(history: History) -> Iterator[Violation]:
    for holding in history.holdings:
        head = max([*holding.messages, holding.head_seq, 0])
        missing = [seq for seq in range(1, head + 1) if seq not in holding.messages]
        if missing:
            yield Violation(Kind.GAP, f"{holding.chat_id}: {missing[:10]} of {head} on {holding.device}")
        if 0 <= holding.head_seq < head:
            yield Violation(Kind.GAP, f"{holding.chat_id}: {head} beyond the head {holding.head_seq}")


def _doubled(history: History) -> Iterator[Violation]:
    for holding in history.holdings:
        for nonce, times in Counter(seen.nonce for seen in holding.messages.values()).items():
            if times > 1:
                yield Violation(Kind.DOUBLED, f"{holding.chat_id} {nonce}: {times} times on {holding.device}")


def _phantoms(history: History) -> Iterator[Violation]:
    tried = {(send.chat_id, send.nonce): send for send in history.sends}
    for chat_id, seq, nonce, witness in _witnesses(history):
        if nonce.startswith(f"{NOTICE} "):
            continue
        send = tried.get((chat_id, nonce))
        if send is None:
            yield Violation(Kind.PHANTOM, f"{chat_id}/{seq} {nonce} on {witness}")
        elif send.outcome is Outcome.REFUSED:
            yield Violation(Kind.REFUSED_YET_POSTED, f"{chat_id}/{seq} {nonce} on {witness}")


def _out_of_order(history: History) -> Iterator[Violation]:
    latest: dict[tuple[str, int], int] = {}
    for sighting in history.sightings:
        key = (sighting.device, sighting.chat_id)
        before = latest.get(key, 0)
        if sighting.seq <= before:
            kind = Kind.REPEATED if sighting.seq == before else Kind.OUT_OF_ORDER
            yield Violation(kind, f"{sighting.chat_id}/{sighting.seq} after {before} on {sighting.device}")
        latest[key] = max(before, sighting.seq)


def _reordered(history: History) -> Iterator[Violation]:
    """Who was answered before another began stands before it."""
    for chat_id, sends in _by_chat(send for send in history.sends if send.outcome is Outcome.OK).items():
        ended = sorted(sends, key=lambda send: send.ended)
        highest, number = 0, 0
        for send in sorted(sends, key=lambda send: send.began):
            while ended[number].ended < send.began:
                highest, number = max(highest, ended[number].seq), number + 1
            if send.seq <= highest:
                yield Violation(Kind.REORDERED, f"{chat_id}/{send.seq} {send.nonce} began when {highest} was there")


def _by_chat(sends: Iterable[Send]) -> dict[int, list[Send]]:
    sorted_out: dict[int, list[Send]] = defaultdict(list)
    for send in sends:
        sorted_out[send.chat_id].append(send)
    return sorted_out


def _overheard(history: History) -> Iterator[Violation]:
    """What was said since somebody left is not for them until they are back.

    What was on its way when they left may still arrive, until shortly after their device heard of it.
    """
    moves: dict[tuple[int, int], list[Move]] = defaultdict(list)
    for move in sorted(history.moves, key=lambda move: move.rev):
        moves[move.chat_id, move.user_id].append(move)
    told = {(out.device, out.chat_id, out.rev): out.at for out in reversed(history.heard_out)}
    removed: dict[tuple[int, int], list[float]] = defaultdict(list)
    for removal in history.removals:
        removed[removal.chat_id, removal.user_id].append(removal.ended)
    returned: dict[tuple[int, int], list[float]] = defaultdict(list)
    for back in history.returns:
        returned[back.chat_id, back.user_id].append(back.began)
    for heard in history.heard:
        person = (heard.chat_id, history.devices[heard.device])
        number = sum(move.rev <= heard.rev for move in moves[person]) - 1
        last = moves[person][number] if number >= 0 else None
        if last is None or not last.left or heard.rev == last.rev:
            continue
        acknowledged = max((ended for ended in removed[person] if ended <= heard.at), default=heard.at)
        if any(acknowledged <= began <= heard.at for began in returned[person]):
            continue
        in_force = told.get((heard.device, heard.chat_id, last.rev), acknowledged + history.patience)
        if heard.at > in_force + MOMENT:
            late = round(heard.at - acknowledged, 2)
            yield Violation(Kind.OVERHEARD, f"{heard.chat_id} rev {heard.rev} on {heard.device}, {late} s after")


def disagreements(history: History) -> Iterator[Violation]:
    """Where a device does not hold what a fresh start fetches, or two devices do not hold the same."""
    fresh = {(holding.device, holding.chat_id): holding for holding in history.holdings if holding.fresh}
    held = {(holding.device, holding.chat_id): holding for holding in history.holdings if not holding.fresh}
    for device, chat_id in sorted(fresh.keys() ^ held.keys()):
        what = "is missing on" if (device, chat_id) in fresh else "should be gone from"
        yield Violation(Kind.STALE, f"chat {chat_id} {what} {device}")
    for key in sorted(fresh.keys() & held.keys()):
        for name in ("messages", "members", "chat"):
            now, then = getattr(held[key], name), getattr(fresh[key], name)
            if now != then:
                yield Violation(Kind.STALE, f"{name} of {key[1]} on {key[0]}: {_difference(now, then)}")
    yield from _between_devices(history)


def _between_devices(history: History) -> Iterator[Violation]:
    first: dict[int, Holding] = {}
    for holding in history.holdings:
        other = first.setdefault(holding.chat_id, holding)
        for name in ("members", "chat"):
            one, two = getattr(holding, name), getattr(other, name)
            if one != two:
                detail = f"{name} of {holding.chat_id}: {holding.device} and {other.device}: {_difference(one, two)}"
                yield Violation(Kind.STALE, detail)


def _difference(one: Any, two: Any) -> str:
    if isinstance(one, dict) and isinstance(two, dict):
        keys: set[Any] = one.keys() | two.keys()
        parts = [f"{key}: {one.get(key)} ≠ {two.get(key)}" for key in keys if one.get(key) != two.get(key)]
        return "; ".join(parts[:3])
    return f"{one} ≠ {two}"


def _broken(history: History) -> Iterator[Violation]:
    for send in history.sends:
        if send.outcome is Outcome.BROKEN:
            yield Violation(Kind.BROKEN, f"{send.chat_id} {send.nonce}")
    for edit in history.edits:
        if edit.outcome is Outcome.BROKEN:
            yield Violation(Kind.BROKEN, f"{edit.chat_id}/{edit.seq} edited")
    for command in history.broken:
        yield Violation(Kind.BROKEN, command)


RULES: tuple[Callable[[History], Iterator[Violation]], ...] = (
    _lost,
    _edit_lost,
    _diverged,
    _gaps,
    _doubled,
    _phantoms,
    _out_of_order,
    _reordered,
    _overheard,
    disagreements,
    _broken,
)


def longest_span(times: Iterable[tuple[float, bool]], stride: float = math.inf) -> float:
    """The longest time that something was false, of samples in their order.

    What is beyond `stride` between two samples is not counted: whoever looked stood still.
    """
    longest = span = 0.0
    for (at, so), (then, _) in pairwise(times):
        span = 0.0 if so else span + min(then - at, stride)
        longest = max(longest, span)
    return longest
