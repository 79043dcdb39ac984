"""What a client counts as unread from events is what the server counts, whatever is late or outside its window."""

import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialog.client import State
from dialog.protocol.base import Event
from dialog.protocol.chats import Chat, ChatCleared, ChatState, Mine, Role
from dialog.protocol.messages import Message, MessageChanged, MessagePosted, MessagesHidden, hidden
from dialog.protocol.preferences import Preferences, PrefsChanged
from dialog.protocol.receipts import ChatRead, Receipt, ReceiptMoved
from tests.unit.test_client_state import ANNA, BERND, CARLA, CHAT, Server, in_step, message, run, same_as_fresh

KEPT = ChatRead | MessagesHidden | ChatCleared
"""What no device of Anna's misses here."""


@dataclass
class Reading(Server):
    """A server on which Anna reads, writes, hides and clears, and others delete what they said."""

    hidden: set[int] = field(default_factory=set[int])
    cleared_seq: int = 0
    mark: int = 0

    def say(self, author: int, **more: Any) -> None:
        seq, rev = self.chat.head_seq + 1, self.chat.rev + 1
        self.chat = replace(self.chat, head_seq=seq, rev=rev)
        self.messages[seq] = replace(message(seq, rev, author=author), **more)
        self.told.append(MessagePosted(message=self.messages[seq], nonce=f"n{seq}"))

    def delete(self, which: int) -> None:
        seq = 1 + which % max(1, len(self.messages))
        held = self.messages.get(seq)
        if held and held.deleted_at is None:
            self.chat = replace(self.chat, rev=self.chat.rev + 1)
            tombstone = replace(held, rev=self.chat.rev, text="", mentions=(), mentions_all=False, deleted_at=1)
            self.messages[seq] = tombstone
            self.told.append(MessageChanged(message=self.messages[seq]))

    def edit(self, which: int) -> None:
        held = self.messages.get(1 + which % max(1, len(self.messages)))
        if held and held.deleted_at is None:
            self.change(which)

    def read(self, which: int) -> None:
        self.read_seq = max(self.read_seq, which % (self.chat.head_seq + 1))
        self.told.append(ChatRead(chat_id=CHAT, read_seq=self.read_seq))

    def hide(self, which: int) -> None:
        seq = 1 + which % max(1, self.chat.head_seq)
        if self.cleared_seq < seq <= self.chat.head_seq and seq not in self.hidden:
            self.hidden.add(seq)
            self.mark += 1
            self.told.append(MessagesHidden(chat_id=CHAT, seqs=[seq], mark=self.mark))

    def clear(self) -> None:
        if self.cleared_seq < self.chat.head_seq:
            self.cleared_seq = self.chat.head_seq
            self.mark += 1
            cleared = ChatCleared(chat_id=CHAT, cleared_seq=self.cleared_seq, closed_seq=None, mark=self.mark)
            self.told.append(cleared)

    def mine(self, chat: Chat) -> Mine:
        read_seq = max(self.read_seq, self.cleared_seq)
        unread = [
            one
            for one in self.messages.values()
            if read_seq < one.seq <= chat.head_seq and one.author_id != ANNA and one.kind == "text"
            if one.deleted_at is None or one.rev > chat.rev
            if one.seq not in self.hidden
        ]
        mentions = sum(one.mentions_all or ANNA in one.mentions for one in unread)
        return Mine(
            role=Role.MEMBER,
            read_seq=read_seq,
            unread=len(unread),
            mentions=mentions,
            cleared_seq=self.cleared_seq,
            mark=self.mark,
        )

    def changes(self, since: int) -> ChatState:
        state = super().changes(since)
        left = [one for one in state.messages if one.seq > self.cleared_seq]
        return replace(state, messages=[hidden(one) if one.seq in self.hidden else one for one in left])

    def asked_by(self, state: State) -> ChatState:
        """What the client asks with its `rev` and its mark."""
        view = state.chats[CHAT]
        return self.changes(view.rev if view.mine.mark == self.mark else 0)


STEPS = st.lists(
    st.tuples(st.sampled_from(("say", "say", "say", "answer", "delete", "edit", "read")), st.integers(0, 40)),
    max_size=50,
)


MORE_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("say", "say", "answer", "delete", "edit", "read", "notice", "mention", "mention_all", "hide", "clear")
        ),
        st.integers(0, 40),
    ),
    max_size=50,
)


def happen(server: Reading, steps: list[tuple[str, int]]) -> None:
    for what, number in steps:
        match what:
            case "say":
                server.say(BERND)
            case "answer":
                server.say(ANNA)
            case "delete":
                server.delete(number)
            case "edit":
                server.edit(number)
            case "notice":
                server.say(BERND, kind="system", text="")
            case "mention":
                server.say(BERND, mentions=(CARLA, ANNA))
            case "mention_all":
                server.say(BERND, mentions_all=True)
            case "hide":
                server.hide(number)
            case "clear":
                server.clear()
            case _:
                server.read(number)


def catch_up(state: State, server: Reading) -> None:
    """Ask for what is missing or in doubt, as the client does."""
    rev = state.chats[CHAT].rev
    if state.behind or rev != server.chat.rev:
        state.apply_state(server.asked_by(state), asked=rev)
    assert not state.behind


@settings(max_examples=400, deadline=None)
@given(
    before=MORE_STEPS,
    after=MORE_STEPS,
    chance=st.randoms(use_true_random=False),
    loss=st.floats(0, 0.5),
    window=st.integers(1, 9),
)
def test_a_client_counts_as_the_server_does(
    before: list[tuple[str, int]],
    after: list[tuple[str, int]],
    chance: random.Random,
    loss: float,
    window: int,
) -> None:
    server = Reading()
    happen(server, before)
    state = State(window=window)
    server.sync(state)
    heard = len(server.told)
    happen(server, after)
    lost = [event for event in server.told[heard:] if isinstance(event, KEPT) or chance.random() >= loss]
    network: list[Event] = lost * 2
    chance.shuffle(network)
    for event in network:
        state.apply(event)
        assert state.chats[CHAT].mine.unread >= 0
        if chance.random() < 0.2:
            rev = state.chats[CHAT].rev
            state.apply_state(server.asked_by(state), asked=rev)
    catch_up(state, server)
    assert state.chats[CHAT].mine == server.mine(server.chat)


@settings(max_examples=200, deadline=None)
@given(before=STEPS, during=STEPS, after=STEPS)
def test_a_state_read_while_things_happen(
    before: list[tuple[str, int]], during: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    """The chat's row is read first, then what is said in it; events of what happened meanwhile come as well."""
    server = Reading()
    happen(server, before)
    chat, mine_read, heard = server.chat, server.read_seq, len(server.told)
    happen(server, during)
    now, server.read_seq = server.read_seq, mine_read
    state = State()
    state.me = server_me()
    state.apply_state(replace(server.changes(0), chat=chat, mine=server.mine(chat)))
    server.read_seq = now
    for event in server.told[heard:]:
        state.apply(event)
    happen(server, after)
    for event in server.told[heard:]:
        state.apply(event)
    catch_up(state, server)
    assert state.chats[CHAT].mine == server.mine(server.chat)


def server_me():
    state = State()
    Server().sync(state)
    assert state.me
    return state.me


def test_of_two_wishes_the_later_one_holds() -> None:
    state = in_step(server := Reading())
    state.apply(PrefsChanged(chat_id=CHAT, prefs=Preferences(rev=2, archived=True)))
    state.apply(PrefsChanged(chat_id=CHAT, prefs=Preferences(rev=1, draft="older")))
    state.apply_state(server.changes(state.chats[CHAT].rev), asked=state.chats[CHAT].rev)
    assert state.chats[CHAT].mine.prefs == Preferences(rev=2, archived=True)


def test_what_is_heard_of_a_chat_that_is_being_fetched_is_asked_for() -> None:
    server = Reading()
    happen(server, [("say", 0)] * 3)
    state = State()
    state.apply(server.told[-1])
    early = server.changes(0)
    server.read(3)
    state.apply(server.told[-1])
    state.apply_state(early)
    assert set(state.behind) == {CHAT}
    catch_up(state, server)
    assert state.chats[CHAT].mine.unread == 0
    state.me = server_me()
    same_as_fresh(state, server)


def received(user_id: int, delivered: int, read: int) -> ReceiptMoved:
    return ReceiptMoved(chat_id=CHAT, receipts=[Receipt(user_id=user_id, delivered_seq=delivered, read_seq=read)])


def test_how_far_a_message_has_come() -> None:
    server = Reading()
    run(server, [("member", BERND), ("member", CARLA)])
    server.say(ANNA)
    server.say(ANNA)
    state = in_step(server)
    view = state.chats[CHAT]
    first, second = view.messages.values()

    def progress(*said: Message) -> list[str]:
        return [view.progress_of(one) for one in said]

    assert progress(first, second) == ["sent", "sent"]
    state.apply(received(BERND, 2, 2))
    state.apply(received(CARLA, 2, 1))
    assert progress(first, second) == ["read", "delivered"]
    state.apply(received(CARLA, 1, 0))
    assert progress(first, second) == ["read", "delivered"], "receipts never go back"
    server.say(CARLA)
    state.apply(server.told[-1])
    assert progress(first, second) == ["read", "read"], "who answers has read"
    off = replace(server.changes(view.rev), receipts_off=[BERND, CARLA])
    state.apply_state(off, asked=view.rev)
    assert progress(first, second) == ["sent", "sent"]
