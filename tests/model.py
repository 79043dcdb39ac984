"""The rules of chats in their plainest form: what people do, what they are refused, and what each then sees.

One group and one direct chat, kept in dicts and lists, without devices, numbers of change or a network. It is slow and
has no cases for speed; where the product and this file differ, one of them is wrong. People are named, not numbered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

GROUP, DIRECT = "group", "direct"


@dataclass(frozen=True)
class Content:
    """What is to be seen of a message, as long as it is there."""

    text: str = ""
    edits: int = 0
    mentions: frozenset[str] = frozenset()
    mentions_all: bool = False
    reply_to: int | None = None
    reactions: frozenset[tuple[str, str]] = frozenset()
    """Who gave which."""
    pinned: bool = False


@dataclass(frozen=True)
class Seen:
    """A message as somebody sees it: `state` is `there`, `notice`, `deleted` or `hidden`."""

    author: str
    state: str
    content: Content = Content()


@dataclass
class Said:
    """A message, or what a group tells of itself."""

    author: str
    content: Content = Content()
    notice: bool = False
    deleted: bool = False
    unseen_by: str | None = None
    """Who blocked its author when it was said: to them it does not exist, for ever."""
    before: dict[str, Content] = field(default_factory=dict[str, Content])
    """What it still is for somebody who blocked those who changed it since."""

    def shown_to(self, person: str) -> Content:
        return self.before.get(person, self.content)

    def delete(self) -> None:
        """For everyone."""
        self.deleted, self.content = True, Content()
        self.before.clear()


@dataclass
class Place:
    """What somebody is and has done in a chat."""

    present: bool = True
    joined: int = 0
    """The newest message when they came: what was said before can be seen, and is not unread."""
    cleared: int = 0
    closed: int | None = None
    read_upto: int = 0
    received_upto: int = 0
    shown: tuple[int, int] | None = None
    """How far others may know that they have received and read; nothing at all while they were never told."""
    hidden: set[int] = field(default_factory=set[int])
    marked: bool = False
    muted_until: int = 0
    draft: str = ""

    @property
    def read(self) -> int:
        return max(self.joined, self.cleared, self.read_upto)

    @property
    def received(self) -> int:
        return max(self.joined, self.received_upto)


@dataclass
class Chat:
    kind: str
    places: dict[str, Place]
    owner: str | None = None
    said: list[Said] = field(default_factory=list[Said])
    gone: int = 0
    """Up to here all who were there at some time had cleared it: it may be gone, also for who comes back."""

    def message(self, seq: int) -> Said | None:
        return self.said[seq - 1] if 0 < seq <= len(self.said) else None

    def may_manage(self, person: str) -> bool:
        """Whether they do what in a group only its owner does."""
        return self.kind == DIRECT or person == self.owner


@dataclass(frozen=True)
class View:
    """A chat as somebody sees it, by the `seq` of its messages."""

    messages: dict[int, Seen]
    read: int
    unread: int
    mentions: int
    marked: bool
    muted_until: int
    draft: str
    listed: bool
    """Whether it is on their list, from which a direct chat can be taken until something is said again."""
    receipts: dict[str, tuple[int, int]]


NOT_FOUND, FORBIDDEN, MAY_NOT_ADD, REPLY_REFUSED = "not_found", "forbidden", "may_not_add", "reply_refused"


class Model:
    """What has happened so far. Each act returns why it is refused; None when it is done."""

    def __init__(self, group: list[str], direct: list[str]) -> None:
        """The first one owns the group."""
        self.chats = {
            GROUP: Chat(GROUP, {name: Place() for name in group}, owner=group[0]),
            DIRECT: Chat(DIRECT, {name: Place() for name in direct}),
        }
        self.blocks: set[tuple[str, str]] = set()
        """Who blocks whom."""

    def apart(self, one: str, other: str) -> bool:
        """Whether one of the two blocks the other."""
        return bool({(one, other), (other, one)} & self.blocks)

    def blocker(self, chat: Chat, person: str) -> str | None:
        """In a direct chat, the other one if they block this person."""
        others = (name for name in chat.places if name != person and chat.kind == DIRECT)
        return next((name for name in others if (name, person) in self.blocks), None)

    def place(self, person: str, chat: Chat) -> Place | None:
        place = chat.places.get(person)
        return place if place and place.present else None

    # --- what is said

    def send(
        self,
        person: str,
        kind: str,
        text: str,
        mentions: frozenset[str] = frozenset(),
        *,
        mentions_all: bool = False,
        reply_to: int | None = None,
    ) -> str | None:
        chat = self.chats[kind]
        if self.place(person, chat) is None:
            return NOT_FOUND
        if mentions_all and not chat.may_manage(person):
            return FORBIDDEN
        if reply_to is not None and reply_to > len(chat.said):
            return REPLY_REFUSED
        there = self._present(chat, mentions)
        content = Content(text, mentions=there, mentions_all=mentions_all, reply_to=reply_to)
        chat.said.append(Said(person, content, unseen_by=self.blocker(chat, person)))
        return None

    def _present(self, chat: Chat, names: frozenset[str]) -> frozenset[str]:
        return frozenset(name for name in names if self.place(name, chat))

    def _visible(self, person: str, chat: Chat, seq: int) -> Said | None:
        """A message that somebody may do something with."""
        place, said = self.place(person, chat), chat.message(seq)
        if place is None or said is None or said.deleted or said.unseen_by == person:
            return None
        return said if seq > place.cleared and seq not in place.hidden else None

    def _change(self, person: str, chat: Chat, said: Said, act: Callable[[Content], Content]) -> None:
        """Whoever acts sees what becomes of what they saw. Others see all that was done so far; who blocks the one
        who acts, in a direct chat, goes on seeing what they saw."""
        blocker = self.blocker(chat, person)
        for name in chat.places:
            if name == person:
                if name in said.before:
                    said.before[name] = act(said.before[name])
            elif name == blocker:
                said.before.setdefault(name, said.content)
            else:
                said.before.pop(name, None)
        said.content = act(said.content)

    def edit(self, person: str, kind: str, seq: int, text: str, mentions: frozenset[str] = frozenset()) -> str | None:
        chat = self.chats[kind]
        said = self._visible(person, chat, seq)
        if said is None:
            return NOT_FOUND
        if said.author != person or said.notice:
            return FORBIDDEN
        there = self._present(chat, mentions)
        self._change(
            person,
            chat,
            said,
            lambda old: replace(old, text=text, edits=old.edits + 1, mentions=there, mentions_all=False),
        )
        return None

    def delete(self, person: str, kind: str, seq: int) -> str | None:
        """For everyone: also for who blocks the author, and also what one has cleared or hidden oneself."""
        chat = self.chats[kind]
        said = chat.message(seq)
        if self.place(person, chat) is None or said is None or said.unseen_by == person:
            return NOT_FOUND
        if (said.author != person or said.notice) and person != chat.owner:
            return FORBIDDEN
        said.delete()
        return None

    def withdraw(self, person: str, kind: str) -> str | None:
        """Clear the chat, and delete all that one has said in it for everyone."""
        if refused := self.clear(person, kind):
            return refused
        for said in self.chats[kind].said:
            if said.author == person and not said.notice:
                said.delete()
        return None

    def react(self, person: str, kind: str, seq: int, emoji: str, *, give: bool) -> str | None:
        chat = self.chats[kind]
        said = self._visible(person, chat, seq)
        if said is None:
            return NOT_FOUND
        mine = frozenset({(person, emoji)})
        if give is (mine <= said.content.reactions):
            return None
        self._change(
            person,
            chat,
            said,
            lambda old: replace(old, reactions=old.reactions | mine if give else old.reactions - mine),
        )
        return None

    def pin(self, person: str, kind: str, seq: int, *, pinned: bool) -> str | None:
        chat = self.chats[kind]
        if self.place(person, chat) is None:
            return NOT_FOUND
        if not chat.may_manage(person):
            return FORBIDDEN
        said = self._visible(person, chat, seq)
        if said is None:
            return NOT_FOUND
        if said.shown_to(person).pinned is not pinned:
            self._change(person, chat, said, lambda old: replace(old, pinned=pinned))
        return None

    # --- what one does for oneself

    def hide(self, person: str, kind: str, seq: int) -> str | None:
        chat = self.chats[kind]
        place = self.place(person, chat)
        if place is None or chat.message(seq) is None:
            return NOT_FOUND
        if seq > place.cleared:
            place.hidden.add(seq)
        return None

    def clear(self, person: str, kind: str) -> str | None:
        chat = self.chats[kind]
        place = self.place(person, chat)
        if place is None:
            return NOT_FOUND
        place.cleared, place.draft = len(chat.said), ""
        self._purge(chat)
        return None

    def close(self, person: str) -> str | None:
        """Delete the direct chat: clear it, and take it off the list."""
        chat = self.chats[DIRECT]
        if refused := self.clear(person, DIRECT):
            return refused
        chat.places[person].closed = len(chat.said)
        return None

    def _purge(self, chat: Chat) -> None:
        there = [place.cleared for place in chat.places.values() if place.present]
        chat.gone = max(chat.gone, min(there))

    def read(self, person: str, kind: str, seq: int) -> str | None:
        chat = self.chats[kind]
        place = self.place(person, chat)
        if place is None:
            return NOT_FOUND
        if seq >= place.read:
            place.marked = False
        upto = min(seq, len(chat.said))
        self._come(chat, person, max(upto, place.received), max(upto, place.read))
        return None

    def receive(self, person: str, kind: str, seq: int) -> None:
        """A device has the messages; of a chat that one is not in, that says nothing."""
        chat = self.chats[kind]
        if place := self.place(person, chat):
            self._come(chat, person, max(min(seq, len(chat.said)), place.received), place.read)

    def _come(self, chat: Chat, person: str, received: int, read: int) -> None:
        """In a direct chat others do not see it while there is a block; what they saw before stays, until the first
        receipt after it."""
        place = chat.places[person]
        before = (place.received, place.read)
        after = (max(received, read), read)
        if after == before and (place.shown or (0, 0)) == (place.received_upto, place.read_upto):
            return
        place.received_upto, place.read_upto = after
        withheld = chat.kind == DIRECT and any(self.apart(person, name) for name in chat.places if name != person)
        if not withheld:
            place.shown = after

    def prefer(
        self,
        person: str,
        kind: str,
        *,
        marked: bool | None = None,
        muted_until: int | None = None,
        draft: str | None = None,
    ) -> str | None:
        place = self.place(person, self.chats[kind])
        if place is None:
            return NOT_FOUND
        place.marked = place.marked if marked is None else marked
        place.muted_until = place.muted_until if muted_until is None else muted_until
        place.draft = place.draft if draft is None else draft
        return None

    # --- coming and going

    def leave(self, person: str) -> str | None:
        chat = self.chats[GROUP]
        place = self.place(person, chat)
        if place is None:
            return NOT_FOUND
        place.present = place.marked = False
        place.muted_until, place.draft = 0, ""
        chat.said.append(Said(person, notice=True))
        self._purge(chat)
        return None

    def add(self, person: str) -> str | None:
        """The owner brings somebody into the group, unless they are in it. Who blocks the owner cannot be added."""
        chat = self.chats[GROUP]
        owner, place = chat.owner, chat.places[person]
        assert owner is not None
        if (person, owner) in self.blocks:
            return MAY_NOT_ADD
        if not place.present:
            place.present, place.joined = True, len(chat.said)
            chat.said.append(Said(owner, notice=True))
        return None

    def block(self, person: str, other: str, *, blocks: bool) -> None:
        if blocks:
            self.blocks.add((person, other))
        else:
            self.blocks.discard((person, other))

    # --- what is to be seen

    def view(self, person: str, kind: str) -> View | None:
        """The chat, to somebody who is in it."""
        chat = self.chats[kind]
        place = self.place(person, chat)
        if place is None:
            return None
        messages = {
            seq: self._seen(person, place, seq, said)
            for seq, said in enumerate(chat.said, 1)
            if seq > place.cleared and said.unseen_by != person
        }
        unread = [
            one
            for seq, one in messages.items()
            if seq > place.read and one.state == "there" and one.author != person
            if (person, one.author) not in self.blocks
        ]
        return View(
            messages=messages,
            read=place.read,
            unread=len(unread),
            mentions=sum(one.content.mentions_all or person in one.content.mentions for one in unread),
            marked=place.marked,
            muted_until=place.muted_until,
            draft=place.draft,
            listed=place.closed is None or self._said_to(person, chat) > place.closed,
            receipts=self._receipts(person, chat),
        )

    def _said_to(self, person: str, chat: Chat) -> int:
        """The number of what was said last of what this person heard, cleared meanwhile or not; 0 for nothing."""
        return max((seq for seq, said in enumerate(chat.said, 1) if said.unseen_by != person), default=0)

    def _seen(self, person: str, place: Place, seq: int, said: Said) -> Seen:
        if seq in place.hidden:
            return Seen(said.author, "hidden")
        if said.deleted:
            return Seen(said.author, "deleted")
        return Seen(said.author, "notice" if said.notice else "there", said.shown_to(person))

    def _receipts(self, person: str, chat: Chat) -> dict[str, tuple[int, int]]:
        return {
            name: place.shown
            for name, place in chat.places.items()
            if name != person and place.shown and not (chat.kind == GROUP and self.apart(person, name))
        }
