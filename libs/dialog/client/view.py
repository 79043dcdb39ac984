"""One chat as a client holds it."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from dialog.protocol.chats import Chat, ChatState, Member, Mine
from dialog.protocol.messages import HIDDEN, Message, hidden


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
        "_aside",
        "_chat",
        "_pages",
        "head_seq",
        "id",
        "member_count",
        "members",
        "messages",
        "mine",
        "rev",
        "unseen",
    )

    def __init__(self, state: ChatState, window: int, old: "ChatView | None" = None) -> None:
        """A chat afresh; `old` is what was held of it, of which only what one did oneself may be newer."""
        self.id = state.chat.id
        self.mine = _newer(state.mine, old.mine) if old else state.mine
        self.unseen: set[int] = old.unseen if old else set()
        """What one was heard to have hidden."""
        self.messages: dict[int, Message] = {}
        self.members: dict[int, Member] = {}
        self._pages = 0
        self._aside: dict[int, Message] = {}
        self.head_seq = 0
        for message in messages_of(state):
            self.post(message, window)
        for member in state.members:
            self.set_member(member, state.chat.member_count)
        self.set_chat(state.chat, state.mine)

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

    def set_chat(self, chat: Chat, mine: Mine) -> None:
        """The chat has this new shape, at its `rev`."""
        self._chat = chat
        self.mine = _newer(mine, self.mine)
        self.rev = chat.rev
        self.head_seq = chat.head_seq
        self.member_count = chat.member_count

    def post(self, message: Message, window: int) -> None:
        """A new message at the end; the oldest one leaves a full window."""
        if message.seq <= self.head_seq:
            self.change(message)
            return
        if message.seq > self.mine.cleared_seq:
            self.messages[message.seq] = self._as_shown(message)
        self.head_seq = message.seq
        self.rev = message.rev
        while len(self.messages) > window:
            del self.messages[next(iter(self.messages))]

    def change(self, message: Message) -> None:
        """A message is like this now. One outside the window is not taken in: it would leave a hole."""
        self.rev = message.rev
        held = self.messages.get(message.seq)
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

    def hide(self, seqs: Iterable[int]) -> None:
        """These are not to be seen again, nor on a page or in an event that is still on its way."""
        for seq in seqs:
            self.unseen.add(seq)
            if held := self.messages.get(seq):
                self.messages[seq] = hidden(held)

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

    # --- history

    def begin_page(self) -> None:
        """A page of history is on its way. It may be older than a change that is heard meanwhile, so those are kept."""
        self._pages += 1

    def end_page(self) -> None:
        """No longer, whether it came or not."""
        self._pages -= 1
        if not self._pages:
            self._aside.clear()

    def merge(self, messages: Iterable[Message]) -> None:
        """Take in a page that adjoins the window; of any other, only what is newer than the message held."""
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
        if older and older[-1] == self.first_seq - 1:
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
