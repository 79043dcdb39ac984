"""One chat as a client holds it."""

from collections.abc import Collection, Iterable
from typing import Any

from msgspec.structs import replace

from dialog.protocol.chats import Chat, ChatState, Member, Mine
from dialog.protocol.messages import HIDDEN, Message, hidden
from dialog.protocol.preferences import Preferences
from dialog.protocol.receipts import Receipt

from .unread import Reader, counts, mentions

NOBODY = Reader()


def messages_of(state: ChatState) -> list[Message]:
    """In the order of their `seq`. What was posted after the state's own `rev` is left to the events."""
    known = (message for message in state.messages if message.seq <= state.chat.head_seq)
    return sorted(known, key=lambda message: message.seq)


def _newer(mine: Mine, held: Mine) -> Mine:
    """What one did oneself, as the server says or as was heard since."""
    if mine.mark >= held.mark:
        return mine
    return replace(mine, cleared_seq=held.cleared_seq, closed_seq=held.closed_seq, mark=held.mark)


class ChatView:
    """A chat, those who are in it, and a window of its messages: all from `first_seq` to `head_seq`, by `seq`."""

    __slots__ = (
        "_aside", "_chat", "_pages", "_reader", "doubtful", "head_seq", "id", "member_count", "members", "messages",
        "mine", "receipts", "receipts_off", "rev", "unseen",
    )  # fmt: skip

    def __init__(self, state: ChatState, window: int, reader: Reader = NOBODY, old: "ChatView | None" = None) -> None:
        """A chat afresh; `old` is what was held of it, of which only what one did oneself may be newer."""
        self.id = state.chat.id
        self._reader = reader
        self.mine = _newer(state.mine, old.mine) if old else state.mine
        self.unseen: set[int] = old.unseen if old else set()
        """What one was heard to have hidden."""
        self.doubtful = False
        """Whether what is unread must be asked for: some of it lies before the window."""
        self.receipts: dict[int, Receipt] = {}
        self.receipts_off: frozenset[int] = frozenset()
        self.rev = state.chat.rev
        self.messages: dict[int, Message] = {}
        self.members: dict[int, Member] = {}
        self._pages = 0
        self._aside: dict[int, Message] = {}
        self.head_seq = 0
        for message in messages_of(state):
            self.post(message, window)
        for member in state.members:
            self.set_member(member, state.chat.member_count)
        self.set_chat(state.chat)
        self.set_mine(state.mine)
        self.set_receipts(state)

    @property
    def chat(self) -> Chat:
        """The chat as of `rev`."""
        return replace(self._chat, rev=self.rev, head_seq=self.head_seq, member_count=self.member_count)

    @property
    def first_seq(self) -> int:
        """Of the oldest message held; the one to come when there is none."""
        return next(iter(self.messages), self.head_seq + 1)

    @property
    def listed(self) -> bool:
        """Whether the chat is on the list: not from when it was deleted until something is said again."""
        return self.mine.closed_seq is None or self.head_seq > self.mine.closed_seq

    def acquaintances(self) -> Iterable[int]:
        """Whose profiles are of use here: members, and authors of what is held."""
        yield from self.members
        for message in self.messages.values():
            yield message.author_id

    def set_chat(self, chat: Chat) -> None:
        """The chat has this new shape, at its `rev`."""
        self._chat = chat
        self.rev = chat.rev
        self.head_seq = chat.head_seq
        self.member_count = chat.member_count

    def post(self, message: Message, window: int) -> None:
        """A new message at the end; the oldest one leaves a full window."""
        if message.seq <= self.head_seq:
            self.change(message)
            return
        message = self._as_shown(message)
        if message.seq > self.mine.cleared_seq:
            self.messages[message.seq] = message
        self.head_seq = message.seq
        self.rev = message.rev
        if message.seq > self.mine.read_seq and counts(message, self._reader, self.rev):
            self._count(1, int(mentions(message, self._reader, self.rev)))
        while len(self.messages) > window:
            del self.messages[next(iter(self.messages))]

    def change(self, message: Message) -> None:
        """A message is like this now. One outside the window is not taken in: it would leave a hole."""
        held = self.messages.get(message.seq)
        if message.seq > self.mine.read_seq:
            self._recount_changed(held, self._as_shown(message))
        self.rev = message.rev
        if held is None:
            if self._pages:
                self._aside[message.seq] = message
        elif message.rev >= held.rev:
            self.messages[message.seq] = self._as_shown(message)

    def _as_shown(self, message: Message) -> Message:
        """What others see of a message is not for who has hidden it."""
        held = self.messages.get(message.seq)
        gone = message.seq in self.unseen or (held is not None and held.kind == HIDDEN)
        return hidden(message) if gone else message

    # --- what one did oneself

    def clear(self, cleared_seq: int, closed_seq: int | None) -> None:
        """Nothing is left of the chat up to a message."""
        self.mine = replace(self.mine, cleared_seq=max(cleared_seq, self.mine.cleared_seq), closed_seq=closed_seq)
        self.messages = {seq: message for seq, message in self.messages.items() if seq > cleared_seq}
        self.read(cleared_seq)

    def hide(self, seqs: Collection[int]) -> None:
        """These are not to be seen again, nor on a page or in an event that is still on its way."""
        for seq in seqs:
            self.unseen.add(seq)
            if held := self.messages.get(seq):
                self.messages[seq] = hidden(held)
        if any(seq > self.mine.read_seq for seq in seqs):
            self._recount()

    def set_member(self, member: Member, member_count: int, *, me: int = 0) -> None:
        """Somebody came, left or has another role."""
        self.rev = member.rev
        self.member_count = member_count
        held = self.members.get(member.user_id)
        if held and held.rev > member.rev:
            return  # a state may hold what is newer than its `rev`
        if member.left:
            self.members.pop(member.user_id, None)
        else:
            self.members[member.user_id] = member
        if member.user_id == me:
            self.mine = replace(self.mine, role=member.role)

    # --- what is unread

    def set_mine(self, mine: Mine) -> None:
        """The server says so, as of `rev`."""
        known, self.mine = self.mine, mine
        self.doubtful = False
        self.keep(known)

    def keep(self, known: Mine) -> None:
        """This was known before, of which some may be newer: heard of another device of ours meanwhile."""
        if known.prefs:
            self.set_prefs(known.prefs)
        self.read(known.read_seq)
        if known.mark > self.mine.mark:
            self.mine = _newer(self.mine, known)
            self._recount()

    def set_prefs(self, prefs: Preferences) -> None:
        """The chat is wanted like this now, unless a later wish is known."""
        if prefs.rev > (self.mine.prefs.rev if self.mine.prefs else 0):
            self.mine = replace(self.mine, prefs=prefs)

    def read(self, seq: int) -> None:
        """We have read so far, on some device."""
        if seq <= self.mine.read_seq:
            return
        self.mine = replace(self.mine, read_seq=seq)
        self._recount()

    def set_reader(self, reader: Reader) -> None:
        """Whom we block has changed."""
        self._reader = reader
        if self.mine.read_seq < self.head_seq:
            self._recount()

    def _recount(self) -> None:
        """Count what is unread, if all of that is held."""
        seq = self.mine.read_seq
        if seq < self.head_seq and seq + 1 < self.first_seq:
            self.doubtful = True
            return
        left = [message for message in self.messages.values() if seq < message.seq <= self.head_seq]
        self.doubtful = False
        self.mine = replace(
            self.mine,
            unread=sum(counts(message, self._reader, self.rev) for message in left),
            mentions=sum(mentions(message, self._reader, self.rev) for message in left),
        )

    def _recount_changed(self, held: Message | None, message: Message) -> None:
        """An unread message has changed. Without knowing what it was before, its mentions have to be asked for."""
        before = self.rev
        if held is None:
            unread = -int(message.deleted_at is not None and counts(message, self._reader, before))
            self._count(unread, 0)
            self.doubtful |= bool(self.mine.mentions or mentions(message, self._reader, message.rev))
            self.doubtful |= bool(unread and self.mine.mark)  # it may have been hidden, and so not counted
            return
        now = message.rev
        self._count(
            counts(message, self._reader, now) - counts(held, self._reader, before),
            mentions(message, self._reader, now) - mentions(held, self._reader, before),
        )

    def _count(self, unread: int, mentioned: int) -> None:
        if unread or mentioned:
            mine = self.mine
            self.mine = replace(mine, unread=mine.unread + unread, mentions=mine.mentions + mentioned)

    # --- receipts

    def set_receipts(self, state: ChatState) -> None:
        """Others have come so far, says the server, and those show nothing."""
        self.move_receipts(state.receipts)
        self._switch_off(frozenset(state.receipts_off))

    def switch_receipts(self, user_id: int, *, shown: bool) -> None:
        """Somebody shows receipts now, or no longer."""
        self._switch_off(self.receipts_off - {user_id} if shown else self.receipts_off | {user_id})

    def _switch_off(self, user_ids: frozenset[int]) -> None:
        """These show nothing; one of them sees nothing either."""
        self.receipts_off = user_ids
        for user_id in list(self.receipts) if self._reader.me in user_ids else user_ids:
            self.receipts.pop(user_id, None)

    def move_receipts(self, receipts: Iterable[Receipt]) -> None:
        """Others have come further."""
        for receipt in receipts:
            held = self.receipts.get(receipt.user_id, receipt)
            self.receipts[receipt.user_id] = replace(
                receipt,
                delivered_seq=max(held.delivered_seq, receipt.delivered_seq),
                read_seq=max(held.read_seq, receipt.read_seq),
            )

    def progress_of(self, message: Message) -> str:
        """How far a message of ours has come: `sent`; `delivered` to all who were there then; `read` by all of them.

        Who shows no receipts is not waited for. Who has written since has read it.
        """
        waited_for = [
            member.user_id
            for member in self.members.values()
            if member.joined_seq < message.seq and member.user_id != message.author_id
        ]
        waited_for = [user_id for user_id in waited_for if user_id not in self.receipts_off]
        if not waited_for or self._reader.me in self.receipts_off:
            return "sent"
        wrote = {one.author_id: one.seq for one in self.messages.values()}
        nothing = Receipt(user_id=self._reader.me or 1, delivered_seq=0, read_seq=0)
        held = [(self.receipts.get(user_id, nothing), wrote.get(user_id, 0)) for user_id in waited_for]
        if all(max(receipt.read_seq, last) >= message.seq for receipt, last in held):
            return "read"
        if all(max(receipt.delivered_seq, last) >= message.seq for receipt, last in held):
            return "delivered"
        return "sent"

    # --- history

    def begin_page(self) -> None:
        """A page of history is on its way. It may be older than a change that is heard meanwhile, so those are kept."""
        self._pages += 1

    def end_page(self) -> None:
        """No longer, whether it came or not."""
        self._pages -= 1
        if not self._pages:
            self._aside.clear()

    def merge(self, messages: Iterable[Message], *, before: int | None = None) -> None:
        """Take in a page that adjoins the window; of any other, only what is newer than the message held.

        A page that was asked for as those `before` a message has all there are up to it: some numbers may be missing,
        of messages that are not for us.
        """
        page = {
            message.seq: self._as_shown(message)
            for message in messages
            if self.mine.cleared_seq < message.seq <= self.head_seq
        }
        for seq, message in page.items():
            held = self.messages.get(seq)
            if held and message.rev > held.rev:
                self.messages[seq] = message
        older = sorted(seq for seq in page if seq < self.first_seq)
        if older and (older[-1] == self.first_seq - 1 or (before is not None and before >= self.first_seq)):
            self.messages = {seq: self._newest(page[seq]) for seq in older} | self.messages

    def _newest(self, message: Message) -> Message:
        aside = self._aside.get(message.seq)
        if aside is None or aside.rev <= message.rev:
            return message
        return hidden(aside) if message.kind == HIDDEN else self._as_shown(aside)

    def snapshot(self) -> dict[str, Any]:
        """What `State.snapshot` says of this chat."""
        return {
            "chat": self.chat,
            "mine": self.mine,
            "members": dict(self.members),
            "messages": dict(self.messages),
        }
