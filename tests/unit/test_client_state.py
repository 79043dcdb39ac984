"""The rules of seq and rev: whatever is lost, repeated or late, a client ends up with what the server has."""

import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dialog.client import State
from dialog.client.held import HELD_EVENTS
from dialog.protocol.accounts import MeChanged, User
from dialog.protocol.base import Event
from dialog.protocol.chats import (
    Chat,
    ChatChanged,
    ChatCleared,
    ChatJoined,
    ChatKind,
    ChatLeft,
    ChatState,
    Member,
    MemberChanged,
    Mine,
    Role,
    Synced,
)
from dialog.protocol.messages import Message, MessageChanged, MessagePosted, MessagesHidden
from dialog.protocol.presence import Availability, Presence, PresenceChanged

CHAT = 100
ANNA, BERND, CARLA = 1, 2, 3
RESET_BEYOND = 12
PAGE = 5


def person(user_id: int, rev: int = 1) -> User:
    return User(id=user_id, username=f"user{user_id}", display_name=f"v{rev}", description="", avatar=None, rev=rev)


def message(seq: int, rev: int, *, text: str = "hello", author: int = BERND, chat: int = CHAT) -> Message:
    return Message(
        chat_id=chat, seq=seq, rev=rev, author_id=author, kind="text", text=text, sent_at=1000 + seq, nonce=f"n{seq}"
    )


def posted(seq: int, rev: int, **details: Any) -> MessagePosted:
    said = message(seq, rev, **details)
    return MessagePosted(message=said, nonce=said.nonce)


def a_chat(*, head_seq: int = 0, rev: int = 2, members: int = 2, chat_id: int = CHAT) -> Chat:
    return Chat(
        id=chat_id,
        kind=ChatKind.GROUP,
        title="Walk",
        avatar=None,
        head_seq=head_seq,
        rev=rev,
        member_count=members,
        low_id=None,
        high_id=None,
        created_at=1,
    )


def a_member(user_id: int, rev: int, *, left: bool = False, role: Role = Role.MEMBER) -> Member:
    return Member(chat_id=CHAT, user_id=user_id, role=role, joined_seq=0, rev=rev, left=left)


@dataclass
class Server:
    """A chat as the server keeps it: current rows with their revs, and the events it told."""

    chat: Chat = field(default_factory=lambda: a_chat(rev=1, members=1))
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    members: dict[int, Member] = field(default_factory=lambda: {ANNA: a_member(ANNA, 1)})
    told: list[Event] = field(default_factory=list[Event])
    read_seq: int = 0
    """How far Anna has read."""

    def post(self) -> None:
        seq, rev = self.chat.head_seq + 1, self.chat.rev + 1
        self.chat = replace(self.chat, head_seq=seq, rev=rev)
        self.messages[seq] = message(seq, rev, text=f"said at {rev}")
        self.told.append(MessagePosted(message=self.messages[seq], nonce=f"n{seq}"))

    def change(self, which: int) -> None:
        if not self.messages:
            return
        seq = 1 + which % len(self.messages)
        self.chat = replace(self.chat, rev=self.chat.rev + 1)
        self.messages[seq] = replace(self.messages[seq], rev=self.chat.rev, text=f"edited at {self.chat.rev}")
        self.told.append(MessageChanged(message=self.messages[seq]))

    def come_or_go(self, user_id: int) -> None:
        held = self.members.get(user_id)
        there = held is not None and not held.left
        rev, count = self.chat.rev + 1, self.chat.member_count + (-1 if there else 1)
        self.chat = replace(self.chat, rev=rev, member_count=count)
        self.members[user_id] = a_member(user_id, rev, left=there)
        user = None if there else person(user_id)
        self.told.append(MemberChanged(member=self.members[user_id], user=user, member_count=count))

    def rename(self) -> None:
        rev = self.chat.rev + 1
        self.chat = replace(self.chat, rev=rev, title=f"Walk {rev}", slow_mode=rev, may_send=Role.ADMIN)
        self.told.append(ChatChanged(chat=self.chat))

    def changes(self, since: int) -> ChatState:
        reset = since == 0 or since > self.chat.rev or self.chat.rev - since > RESET_BEYOND
        messages = list(self.messages.values())[-PAGE:] if reset else self._newer(self.messages, since)
        now = [member for member in self.members.values() if not member.left]
        members = now if reset else self._newer(self.members, since)
        people = [person(member.user_id) for member in members]
        return ChatState(
            chat=self.chat, messages=messages, members=members, people=people, mine=self.mine(self.chat), reset=reset
        )

    def mine(self, chat: Chat) -> Mine:
        """What is Anna's, as of the chat's `rev`."""
        unread = [
            one
            for one in self.messages.values()
            if self.read_seq < one.seq <= chat.head_seq and one.author_id != ANNA
            if one.deleted_at is None or one.rev > chat.rev
        ]
        return Mine(role=Role.MEMBER, read_seq=self.read_seq, unread=len(unread))

    @staticmethod
    def _newer(rows: dict[int, Any], since: int) -> list[Any]:
        return [row for row in rows.values() if row.rev > since]

    def history(self, before: int, limit: int) -> list[Message]:
        return [self.messages[seq] for seq in range(max(1, before - limit), before)]

    def sync(self, state: State) -> None:
        asked = state.revs()
        since = asked.get(str(CHAT), 0)
        states = [self.changes(since)] if since != self.chat.rev else []
        state.apply_synced(
            Synced(
                chats=states, gone=[], people=[person(ANNA), person(BERND), person(CARLA)], me=person(ANNA), more=False
            ),
            asked,
        )


def same_as_fresh(state: State, server: Server) -> None:
    """`state` is what a cold start would give, within its own window."""
    fresh = State()
    server.sync(fresh)
    first = state.chats[CHAT].first_seq
    view = fresh.chats[CHAT]
    view.begin_page()
    fresh.apply_page(view, server.history(view.first_seq, 1000))
    for seq in [seq for seq in view.messages if seq < first]:
        del view.messages[seq]
    assert state.snapshot() == fresh.snapshot()
    assert list(state.chats[CHAT].messages) == list(range(first, server.chat.head_seq + 1))


def in_step(server: Server) -> State:
    state = State()
    server.sync(state)
    return state


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.just(0)),
        st.tuples(st.just("change"), st.integers(0, 50)),
        st.tuples(st.just("member"), st.sampled_from((BERND, CARLA))),
        st.tuples(st.just("rename"), st.just(0)),
    ),
    max_size=40,
)


def run(server: Server, steps: list[tuple[str, int]]) -> None:
    for what, number in steps:
        if what == "post":
            server.post()
        elif what == "change":
            server.change(number)
        elif what == "rename":
            server.rename()
        else:
            server.come_or_go(number)


@settings(max_examples=400, deadline=None)
@given(before=STEPS, after=STEPS, chance=st.randoms(use_true_random=False), loss=st.floats(0, 0.9))
def test_lost_repeated_and_late_events_converge(
    before: list[tuple[str, int]], after: list[tuple[str, int]], chance: random.Random, loss: float
) -> None:
    server = Server()
    run(server, before)
    state = in_step(server)
    heard = len(server.told)
    run(server, after)
    network = [event for event in server.told[max(0, heard - 5) :] for _copy in (1, 2) if chance.random() > loss]
    chance.shuffle(network)
    for event in network:
        state.apply(event)
        rev = state.chats[CHAT].rev
        if state.behind and chance.random() < 0.2:
            asked = rev if chance.random() < 0.7 else chance.randint(1, rev)  # an answer may be late, too
            state.apply_state(server.changes(asked), asked=asked)
        assert state.chats[CHAT].rev >= rev
    if state.chats[CHAT].rev != server.chat.rev:
        state.apply_state(server.changes(state.chats[CHAT].rev), asked=state.chats[CHAT].rev)
    assert not state.behind
    same_as_fresh(state, server)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, chance=st.randoms(use_true_random=False))
def test_nothing_is_applied_twice_nor_out_of_order(steps: list[tuple[str, int]], chance: random.Random) -> None:
    server = Server()
    state = in_step(server)
    run(server, steps)
    network = server.told * 2
    chance.shuffle(network)
    assert [event for told in network for event in state.apply(told)] == server.told
    same_as_fresh(state, server)


@settings(max_examples=200, deadline=None)
@given(before=STEPS, during=STEPS, arrive=st.integers(0, 40))
def test_a_page_of_history_never_undoes_a_change(
    before: list[tuple[str, int]], during: list[tuple[str, int]], arrive: int
) -> None:
    """The page is read, then changes are made and heard, then the page arrives."""
    server = Server()
    run(server, [("post", 0)] * 8 + before)
    state = in_step(server)
    told = len(server.told)
    view = state.chats[CHAT]
    view.begin_page()
    page = server.history(view.first_seq, 100)
    run(server, during)
    events = server.told[told:]
    for event in events[:arrive]:
        state.apply(event)
    state.apply_page(view, page)
    view.end_page()
    for event in events[arrive:]:
        state.apply(event)
    assert state.chats[CHAT].first_seq == 1
    same_as_fresh(state, server)


def test_a_gap_is_held_until_the_missing_event_comes() -> None:
    state = in_step(server := Server())
    for _ in range(3):
        server.post()
    first, second, third = server.told
    assert list(state.apply(third)) == []
    assert list(state.apply(second)) == []
    assert set(state.behind) == {CHAT}
    assert list(state.apply(first)) == [first, second, third]
    assert not state.behind


def test_held_events_are_bounded_and_what_is_beyond_is_fetched() -> None:
    state = in_step(server := Server())
    for _ in range(HELD_EVENTS * 2):
        server.post()
    for event in server.told[1:]:
        state.apply(event)
    assert len(state._held[CHAT]) == HELD_EVENTS
    state.apply(server.told[0])
    assert set(state.behind) == {CHAT}
    state.apply_state(server.changes(state.chats[CHAT].rev), asked=state.chats[CHAT].rev)
    assert not state.behind
    assert state.chats[CHAT].head_seq == HELD_EVENTS * 2


def test_reset_keeps_nothing_of_the_old_window() -> None:
    server = Server()
    run(server, [("post", 0)] * 3)
    state = in_step(server)
    run(server, [("post", 0)] * 30)
    rev = state.chats[CHAT].rev
    told = state.apply_state(server.changes(rev), asked=rev)
    assert list(state.chats[CHAT].messages) == [29, 30, 31, 32, 33]
    assert [event.message.seq for event in told if isinstance(event, MessagePosted)] == [29, 30, 31, 32, 33]


def test_a_chat_joined_is_fetched_and_its_early_events_are_kept() -> None:
    server = Server()
    run(server, [("post", 0)] * 3)
    state = State()
    joined = server.changes(0)
    state.apply(ChatJoined(chat=server.chat))
    server.post()
    state.apply(server.told[-1])
    assert set(state.behind) == {CHAT}
    told = state.apply_state(joined)
    assert [type(event) for event in told] == [ChatJoined, MessagePosted]
    assert not state.behind
    state.me = person(ANNA)
    same_as_fresh(state, server)


def test_a_chat_left_is_dropped_with_the_people_in_it() -> None:
    server = Server()
    server.come_or_go(CARLA)
    state = in_step(server)
    assert CARLA in state.people
    rev = state.chats[CHAT].rev
    assert list(state.apply(ChatLeft(chat_id=CHAT, rev=rev + 1))) == [ChatLeft(chat_id=CHAT, rev=rev)]
    assert not state.chats
    assert set(state.people) == {ANNA}
    assert list(state.apply(ChatLeft(chat_id=CHAT, rev=rev + 1))) == []


def test_an_old_farewell_does_not_drop_a_chat_one_is_in_again() -> None:
    server = Server()
    server.come_or_go(ANNA)
    left_at = server.chat.rev
    server.come_or_go(ANNA)
    state = in_step(server)
    assert list(state.apply(ChatLeft(chat_id=CHAT, rev=left_at))) == []
    assert CHAT in state.chats


def test_hearing_that_one_has_left_drops_the_chat() -> None:
    server = Server()
    state = in_step(server)
    server.come_or_go(ANNA)
    told = state.apply(server.told[-1])
    assert [type(event) for event in told] == [MemberChanged, ChatLeft]
    assert not state.chats
    assert not state.behind


def test_an_answer_overtaken_by_events_changes_nothing() -> None:
    server = Server()
    run(server, [("post", 0)] * 3)
    state = in_step(server)
    rev = state.chats[CHAT].rev
    late = replace(server.changes(0), reset=True)
    server.change(0)
    server.post()
    for event in server.told[-2:]:
        state.apply(event)
    state.apply_state(late, asked=rev)
    same_as_fresh(state, server)


def test_numbers_that_went_back_are_believed() -> None:
    """The server lost what came after, and says so with a `reset` below the rev that was asked with."""
    server = Server()
    run(server, [("post", 0)] * 3)
    state = in_step(server)
    old = Server()
    run(old, [("post", 0)] * 2)
    state.apply_state(old.changes(state.chats[CHAT].rev), asked=state.chats[CHAT].rev)
    assert not state.behind
    same_as_fresh(state, old)


def test_what_was_posted_after_the_states_own_rev_is_left_to_the_events() -> None:
    """The server reads a chat's rows after its numbers: newer messages may be among them, and changed again."""
    server = Server()
    run(server, [("post", 0)] * 3)
    before = server.chat
    server.post()
    server.come_or_go(CARLA)
    state = State()
    state.apply_state(replace(server.changes(0), chat=before, mine=server.mine(before)))
    assert state.chats[CHAT].head_seq == 3
    for event in server.told[-2:]:
        state.apply(event)
    state.me = person(ANNA)
    same_as_fresh(state, server)


def test_the_window_is_bounded_and_slides() -> None:
    state = State(window=10)
    server = Server()
    run(server, [("post", 0)] * 4)
    server.sync(state)
    run(server, [("post", 0)] * 30)
    for event in server.told[4:]:
        state.apply(event)
    assert list(state.chats[CHAT].messages) == list(range(25, 35))


def test_a_page_that_does_not_adjoin_the_window_leaves_no_hole() -> None:
    server = Server()
    run(server, [("post", 0)] * 30)
    state = in_step(server)
    view = state.chats[CHAT]
    view.begin_page()
    state.apply_page(view, server.history(10, 5))
    view.end_page()
    assert list(view.messages) == [26, 27, 28, 29, 30]


def test_a_page_for_a_window_that_was_replaced_is_ignored() -> None:
    server = Server()
    run(server, [("post", 0)] * 10)
    state = in_step(server)
    view = state.chats[CHAT]
    view.begin_page()
    page = server.history(view.first_seq, 5)
    run(server, [("post", 0)] * 30)
    state.apply_state(server.changes(view.rev), asked=view.rev)
    state.apply_page(view, page)
    assert list(state.chats[CHAT].messages) == [36, 37, 38, 39, 40]


def test_an_older_profile_does_not_replace_a_newer_one() -> None:
    state = in_step(server := Server())
    state.apply(MeChanged(user=person(ANNA, 4)))
    state.apply(MeChanged(user=person(ANNA, 3)))
    server.sync(state)
    assert state.me == state.people[ANNA] == person(ANNA, 4)


def test_presence_has_no_rev() -> None:
    state = in_step(Server())
    event = PresenceChanged(people=[Presence(user_id=BERND, status=Availability.ONLINE)])
    assert list(state.apply(event)) == [event]
    assert state.presence[BERND].status is Availability.ONLINE


def test_a_chat_that_is_gone_is_dropped_by_sync() -> None:
    state = in_step(Server())
    told = state.apply_synced(Synced(chats=[], gone=[CHAT], people=[], me=person(ANNA), more=False), state.revs())
    assert [type(event) for event in told] == [ChatLeft]
    assert not state.chats


def test_a_group_that_was_changed_meanwhile_is_told_like_an_event() -> None:
    server = Server()
    state = in_step(server)
    server.rename()
    told = state.apply_state(server.changes(1), asked=1)
    assert told == server.told
    assert state.chats[CHAT].chat == server.chat
    server.rename()
    assert state.apply(server.told[-1]) == [server.told[-1]]
    assert state.chats[CHAT].chat == server.chat
    same_as_fresh(state, server)


# --- what one did oneself


def a_view(server: Server, messages: int) -> State:
    for _ in range(messages):
        server.post()
    state = State()
    server.sync(state)
    return state


def seen(state: State) -> dict[int, str]:
    return {seq: one.text or one.kind for seq, one in state.chats[CHAT].messages.items()}


def test_a_change_that_comes_late_does_not_bring_back_what_is_hidden() -> None:
    server = Server()
    state = a_view(server, 3)
    assert state.apply(MessagesHidden(chat_id=CHAT, seqs=[2, 4], mark=1))
    server.change(1)
    server.post()
    for event in server.told:
        state.apply(event)
    assert (seen(state)[2], seen(state)[4]) == ("hidden", "hidden")
    assert state.chats[CHAT].mine.mark == 1
    state.apply_page(state.chats[CHAT], [server.messages[2]])
    assert seen(state)[2] == "hidden"


def test_what_is_cleared_before_it_was_heard_is_not_held() -> None:
    server = Server()
    state = a_view(server, 2)
    server.post()
    server.post()
    state.apply(ChatCleared(chat_id=CHAT, cleared_seq=3, closed_seq=None, mark=1))
    for event in server.told:
        state.apply(event)
    assert list(seen(state)) == [4]
    assert state.chats[CHAT].head_seq == 4
    state.apply_page(state.chats[CHAT], [server.messages[seq] for seq in (1, 2, 3)])
    assert list(seen(state)) == [4]


def test_a_state_that_was_read_before_one_cleared_brings_nothing_back() -> None:
    server = Server()
    state = a_view(server, 3)
    late = server.changes(0)
    state.apply(ChatCleared(chat_id=CHAT, cleared_seq=3, closed_seq=3, mark=1))
    state.apply_state(late, asked=1)
    assert seen(state) == {}
    assert not state.chats[CHAT].listed


def test_what_is_cleared_while_the_chat_is_fetched_for_the_first_time() -> None:
    server = Server()
    for _ in range(3):
        server.post()
    state = State()
    state.apply(ChatJoined(chat=server.changes(0).chat))
    late = server.changes(0)
    state.apply(ChatCleared(chat_id=CHAT, cleared_seq=3, closed_seq=None, mark=1))
    state.apply_state(late)
    assert CHAT in state.behind, "it was read as of before"
    fetched = server.changes(0)
    state.apply_state(replace(fetched, messages=[], mine=replace(fetched.mine, cleared_seq=3, mark=1)), asked=2)
    assert seen(state) == {}
    assert CHAT not in state.behind


def test_a_device_that_missed_a_mark_asks() -> None:
    server = Server()
    state = a_view(server, 3)
    assert state.marks() == {}
    state.apply(MessagesHidden(chat_id=CHAT, seqs=[1], mark=2))
    assert seen(state)[1] == "hidden"
    assert CHAT in state.behind
    fetched = server.changes(0)
    state.apply_state(replace(fetched, mine=replace(fetched.mine, mark=2)), asked=1)
    assert CHAT not in state.behind
    assert state.marks() == {str(CHAT): 2}
    assert not state.apply(MessagesHidden(chat_id=CHAT, seqs=[3], mark=1)), "told late"
