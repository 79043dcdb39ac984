"""What people are and have done in chats, against a small model of what was acknowledged: members, pointers, counts.

Whatever has no answer may have happened at any time after it began, so that its value stays possible for ever.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from dialog.protocol.receipts import Receipt
from tests.faults.history import History, Holding, Marking, Outcome, Reading, Seen
from tests.faults.violations import Kind, Violation

MAYBE = (Outcome.UNKNOWN, Outcome.BROKEN)
Place = tuple[int, int]
"""A chat, and somebody in it."""


def _placed(history: History) -> Iterator[tuple[Place, Holding]]:
    """What devices hold of chats, by whose place there it is."""
    for holding in history.holdings:
        if holding.mine is not None:
            yield (holding.chat_id, history.devices[holding.device]), holding


def _joined(holding: Holding, user_id: int) -> int:
    member = holding.members.get(user_id)
    return member.joined_seq if member else 0


class Pointers:
    """Where one number that only grows may be."""

    def __init__(self) -> None:
        self.least = 0
        self.unknown: set[int] = set()

    def moved(self, seq: int, outcome: Outcome) -> None:
        """Somebody said that it is at least here."""
        if outcome is Outcome.OK:
            self.least = max(self.least, seq)
        elif outcome in MAYBE:
            self.unknown.add(seq)

    def allow(self, seq: int, joined: int) -> bool:
        """Whether it may be here for somebody who joined there."""
        least = max(self.least, joined)
        return seq == least or (seq > least and seq in self.unknown)


def _pointers(history: History) -> tuple[dict[Place, Pointers], dict[Place, Pointers]]:
    """Of what was received and of what was read."""
    delivered: dict[Place, Pointers] = defaultdict(Pointers)
    read: dict[Place, Pointers] = defaultdict(Pointers)
    for doing in history.doings:
        if isinstance(doing, Reading):
            place = (doing.chat_id, doing.user_id)
            delivered[place].moved(max(doing.delivered_seq, doing.read_seq), doing.outcome)
            read[place].moved(doing.read_seq, doing.outcome)
    return delivered, read


def _misread(history: History) -> Iterator[Violation]:
    """One has read as far as was acknowledged, or as far as somewhere that has no answer."""
    _, read = _pointers(history)
    for place, holding in _placed(history):
        mine = holding.mine
        if mine and not read[place].allow(mine.read_seq, _joined(holding, place[1])):
            known = f"{read[place].least}, or of {sorted(read[place].unknown)}"
            yield Violation(Kind.POINTER, f"{place} has read {mine.read_seq} on {holding.device}, not {known}")


def _mistold(history: History) -> Iterator[Violation]:
    """What others are told is where one's own pointer is; nobody is told of themselves."""
    delivered, _ = _pointers(history)
    own = {place: holding.mine.read_seq for place, holding in _placed(history) if holding.mine and holding.fresh}
    for (chat_id, me), holding in _placed(history):
        for user_id in holding.members.keys() - {me}:
            place, joined = (chat_id, user_id), _joined(holding, user_id)
            told = holding.receipts.get(user_id) or Receipt(user_id=user_id, delivered_seq=0, read_seq=0)
            if place in own and max(joined, told.read_seq) != own[place]:
                yield Violation(Kind.MISTOLD, f"{told} in {chat_id} on {holding.device}: has read {own[place]}")
            if not delivered[place].allow(max(joined, told.delivered_seq), joined):
                known = f"{delivered[place].least}, or of {sorted(delivered[place].unknown)}"
                yield Violation(Kind.POINTER, f"{told} in {chat_id} on {holding.device}: has received {known}")
        yield from _mislooked(holding, me, own)


def _mislooked(holding: Holding, me: int, own: dict[Place, int]) -> Iterator[Violation]:
    """Who has read a message are those whose pointers are not before it."""
    look = holding.look
    author = holding.messages[look.seq].author_id if look and look.seq in holding.messages else 0
    for user_id in holding.members.keys() - {me, author} if look else ():
        place = (holding.chat_id, user_id)
        if not look or place not in own or _joined(holding, user_id) >= look.seq:
            continue
        if (own[place] >= look.seq) != (user_id in look.read) or look.read - look.delivered:
            yield Violation(Kind.MISTOLD, f"{look} in {holding.chat_id}: {user_id} has read {own[place]}")


def _backwards(history: History) -> Iterator[Violation]:
    """What a device shows of how far somebody has come only grows."""
    latest: dict[tuple[str, int, int], tuple[int, int]] = {}
    for one in history.pointed:
        key = (one.device, one.chat_id, one.user_id)
        before = latest.get(key, (0, 0))
        if one.delivered_seq < before[0] or one.read_seq < before[1]:
            yield Violation(Kind.BACKWARDS, f"{one} after {before}")
        latest[key] = (one.delivered_seq, one.read_seq)


def _miscounted(history: History) -> Iterator[Violation]:
    """What is unread, and mentions one, are the messages after the pointer."""
    for (chat_id, me), holding in _placed(history):
        mine = holding.mine
        if mine is None:
            continue
        unread = [
            seen
            for seq, seen in holding.messages.items()
            if seq > mine.read_seq and seen.counts and seen.author_id != me
        ]
        mentions = sum(seen.mentions_all or me in seen.mentions for seen in unread)
        if (mine.unread, mine.mentions) != (len(unread), mentions):
            which = f"{mine.unread} unread, {mine.mentions} mentions, not {len(unread)}, {mentions}"
            kind = "a fresh start" if holding.fresh else holding.device
            yield Violation(Kind.MISCOUNTED, f"{chat_id} for {me}, {kind}: {which}")


def _misnamed(history: History) -> Iterator[Violation]:
    """A message mentions whom it names; of those who come and go, whoever was there."""
    for holding in history.holdings:
        everybody = [user_id for user_id in holding.members if user_id not in history.passers]
        for seq, seen in holding.messages.items():
            if (
                _named(seen, everybody) != {user_id for user_id in seen.mentions if user_id in everybody}
                or ("<@all>" in seen.text) != seen.mentions_all
            ):
                yield Violation(Kind.MISNAMED, f"{holding.chat_id}/{seq} on {holding.device}: {seen}")


def _named(seen: Seen, everybody: list[int]) -> set[int]:
    return {user_id for user_id in everybody if f"<@{user_id}>" in seen.text}


class Mark:
    """Whether a chat may be marked unread: what is possible now, and what may come late."""

    def __init__(self) -> None:
        self.possible = {False}
        self.late: set[bool] = set()

    def set(self, marked: bool, outcome: Outcome) -> None:
        """Somebody chose this."""
        if outcome is Outcome.OK:
            self.possible = {marked}
        elif outcome in MAYBE:
            self.late.add(marked)

    def read(self, seq: int, outcome: Outcome, pointers: Pointers, joined: int) -> None:
        """Somebody has read so far; that takes the mark away unless they had read further."""
        farthest = max(pointers.least, joined, *pointers.unknown, 0)
        if outcome is Outcome.OK and seq >= farthest:
            self.possible = {False}
        elif outcome is Outcome.OK and seq >= max(pointers.least, joined):
            self.possible |= {False}
        elif outcome in MAYBE:
            self.late.add(False)


def _mismarked(history: History) -> Iterator[Violation]:
    """A chat is marked unread as was chosen last, until it is read; of those who come and go, if ever chosen."""
    joined = {place: _joined(holding, place[1]) for place, holding in _placed(history)}
    marks: dict[Place, Mark] = defaultdict(Mark)
    read: dict[Place, Pointers] = defaultdict(Pointers)
    for doing in history.doings:
        place = (doing.chat_id, doing.user_id)
        passes = doing.user_id in history.passers
        if isinstance(doing, Marking):
            marks[place].set(doing.marked, Outcome.UNKNOWN if passes and doing.outcome is Outcome.OK else doing.outcome)
        elif doing.read_seq and not passes:
            marks[place].read(doing.read_seq, doing.outcome, read[place], joined.get(place, 0))
            read[place].moved(doing.read_seq, doing.outcome)
    for place, holding in _placed(history):
        prefs = holding.mine.prefs if holding.mine else None
        marked = prefs is not None and prefs.marked_unread
        if marked not in marks[place].possible | marks[place].late:
            yield Violation(Kind.MISMARKED, f"{place} on {holding.device} is {marked}: {prefs}")


def _misplaced(history: History) -> Iterator[Violation]:
    """Everybody is in the groups, and is there, what they were made last."""
    last: dict[Place, str] = {}
    maybe: dict[Place, set[str]] = defaultdict(set)
    for one in history.appointments:
        place = (one.chat_id, one.user_id)
        if one.outcome is Outcome.OK:
            last[place] = one.role
        elif one.outcome in MAYBE:
            maybe[place].add(one.role)
    groups: dict[int, list[Place]] = defaultdict(list)
    for place in last:
        groups[place[0]].append(place)
    for (chat_id, me), holding in _placed(history):
        roles = {user_id: str(member.role) for user_id, member in holding.members.items()}
        for place in groups[chat_id]:
            role = roles.get(place[1], "")
            if role != last[place] and role not in maybe[place]:
                told = f"{place[1]} is {role!r} in {chat_id} on {holding.device}"
                yield Violation(Kind.MISPLACED, f"{told}, not {last[place]!r}")
        strangers = roles.keys() - {user_id for _, user_id in groups[chat_id]} if groups[chat_id] else ()
        if strangers:
            yield Violation(Kind.MISPLACED, f"nobody brought {strangers} into {chat_id}, says {holding.device}")
        if holding.mine and str(holding.mine.role) != roles.get(me, ""):
            yield Violation(Kind.MISPLACED, f"{me} is {holding.mine.role} in {chat_id} on {holding.device}: {roles}")


RULES: tuple[Callable[[History], Iterator[Violation]], ...] = (
    _misread,
    _mistold,
    _backwards,
    _miscounted,
    _misnamed,
    _mismarked,
    _misplaced,
)
