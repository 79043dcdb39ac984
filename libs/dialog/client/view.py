"""One chat as a client holds it."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from dialog.protocol.chats import Chat, ChatState, Member, Mine
from dialog.protocol.messages import Message


def messages_of(state: ChatState) -> list[Message]:
    """In the order of their `seq`. What was posted after the state's own `rev` is left to the events."""
    known = (message for message in state.messages if message.seq <= state.chat.head_seq)
    return sorted(known, key=lambda message: message.seq)


class ChatView:
    """A chat, those who are in it, and a window of its messages: all from `first_seq` to `head_seq`, by `seq`."""

    __slots__ = ("_aside", "_chat", "_pages", "head_seq", "id", "member_count", "members", "messages", "mine", "rev")

    def __init__(self, state: ChatState, window: int) -> None:
        self.id = state.chat.id
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

    def acquaintances(self) -> Iterable[int]:
        """Whose profiles are of use here: members, and authors of what is held."""
        yield from self.members
        for message in self.messages.values():
            yield message.author_id

    def set_chat(self, chat: Chat, mine: Mine) -> None:
        """The chat has this new shape, at its `rev`."""
        self._chat = chat
        self.mine = mine
        self.rev = chat.rev
        self.head_seq = chat.head_seq
        self.member_count = chat.member_count

    def post(self, message: Message, window: int) -> None:
        """A new message at the end; the oldest one leaves a full window."""
        if message.seq <= self.head_seq:
            self.change(message)
            return
        self.messages[message.seq] = message
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
            self.messages[message.seq] = message

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

    def merge(self, messages: Iterable[Message], *, before: int | None = None) -> None:
        """Take in a page that adjoins the window; of any other, only what is newer than the message held.

        A page that was asked for as those `before` a message has all there are up to it: some numbers may be missing,
        of messages that are not for us.
        """
        page = {message.seq: message for message in messages if message.seq <= self.head_seq}
        for seq, message in page.items():
            held = self.messages.get(seq)
            if held and message.rev > held.rev:
                self.messages[seq] = message
        older = sorted(seq for seq in page if seq < self.first_seq)
        if older and (older[-1] == self.first_seq - 1 or (before is not None and before >= self.first_seq)):
            self.messages = {seq: self._newest(page[seq]) for seq in older} | self.messages

    def _newest(self, message: Message) -> Message:
        aside = self._aside.get(message.seq)
        return aside if aside and aside.rev > message.rev else message

    def snapshot(self) -> dict[str, Any]:
        """What `State.snapshot` says of this chat."""
        return {
            "chat": self.chat,
            "mine": self.mine,
            "members": dict(self.members),
            "messages": dict(self.messages),
        }
