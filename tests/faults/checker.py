"""Whether a history can be that of a messenger that loses, doubles and reorders nothing, and counts right.

`check` knows neither clock nor network. An `unknown` operation, one without an answer, may have happened once or not at
all, at any time after it began. Any other ambiguity is a violation. What concerns people's places in chats, rather than
messages, is in `places.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.faults import places
from tests.faults.history import NOTICE, History, Holding, Move, Outcome, Send
from tests.faults.violations import Kind, Violation

MOMENT = 0.5
"""Seconds after a device has heard that it is out of a chat, in which an event of that chat may still come."""
EXAMPLES = 5


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
        for name in ("messages", "members", "chat", "mine", "receipts"):
            now, then = getattr(held[key], name), getattr(fresh[key], name)
            if now != then:
                yield Violation(Kind.STALE, f"{name} of {key[1]} on {key[0]}: {_difference(now, then)}")
    yield from _between_devices(history)


def _between_devices(history: History) -> Iterator[Violation]:
    first: dict[int, Holding] = {}
    own: dict[tuple[int, int], Holding] = {}
    for holding in history.holdings:
        other = first.setdefault(holding.chat_id, holding)
        sibling = own.setdefault((holding.chat_id, history.devices[holding.device]), holding)
        for name, another in (("members", other), ("chat", other), ("mine", sibling), ("receipts", sibling)):
            one, two = getattr(holding, name), getattr(another, name)
            if one != two:
                detail = f"{name} of {holding.chat_id}: {holding.device} and {another.device}: {_difference(one, two)}"
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
    for doing in (*history.doings, *history.appointments):
        if doing.outcome is Outcome.BROKEN:
            yield Violation(Kind.BROKEN, repr(doing))
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
    *places.RULES,
    _broken,
)
