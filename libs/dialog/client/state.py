"""What a client holds of its chats, and the rules by which it stays in step. No I/O, no clock.

Each chat has one `rev`. An event is applied only if its rev is the next one; an older one is dropped, a later one is
held until what lies between has come, by another event or as a `ChatState` that the caller fetches for each chat in
`behind`.
"""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec.structs import replace

from dialog.protocol.accounts import MeChanged, User
from dialog.protocol.base import Event
from dialog.protocol.chats import ChatChanged, ChatCleared, ChatJoined, ChatLeft, ChatState, MemberChanged, Synced
from dialog.protocol.messages import Message, MessageChanged, MessagePosted, MessagesHidden
from dialog.protocol.people import ProfileChanged, RelationChanged, Relations
from dialog.protocol.preferences import PrefsChanged
from dialog.protocol.presence import ChosenStatus, Presence, PresenceChanged, StatusChanged
from dialog.protocol.receipts import ChatRead, ReceiptMoved, ReceiptsSwitched
from dialog.protocol.scheduled import Scheduled, ScheduledChanged, ScheduledGone

from .affairs import Affairs, OwnAffair
from .held import Held, Numbered, number_of
from .unread import Reader
from .view import ChatView, messages_of

Aside = ChatRead | PrefsChanged | ReceiptMoved | ReceiptsSwitched | ChatCleared | MessagesHidden
"""Those of a chat that carry none."""


class State:
    """Everything a signed-in person sees, as of each chat's `rev`.

    What the `apply` methods return are the changes that took effect, as events, whichever way they were learned: a
    message that came within a `ChatState` is told as `MessagePosted` just as one that came by itself.
    """

    def __init__(self, *, window: int = 500) -> None:
        self.window = window
        """Messages held per chat: the newest ones."""
        self.epoch = 0
        self.me: User | None = None
        self.chats: dict[int, ChatView] = {}
        self.people: dict[int, User] = {}
        self.status: ChosenStatus | None = None
        """What one chose to show."""
        self.presence: dict[int, Presence] = {}
        """What is seen of others, as far as it was told."""
        self.scheduled: dict[int, Scheduled] = {}
        """What one has scheduled, by id."""
        self.affairs = Affairs()
        """Friends, requests and blocks, whose profiles are in `people` as well and kept newer there; and settings."""
        self.departures = 0
        """How often a chat was dropped: a state fetched before the last time may be of a chat that one has left."""
        self.as_of = 0
        """Up to when moves of receipts and preferences are known."""
        self._blocked: AbstractSet[int] = frozenset()
        self._held: dict[int, Held] = {}
        self._unmarked: set[int] = set()
        """Chats in which one did something that was not heard."""
        self._done: set[int] = set()
        """What was scheduled once."""
        self._doubtful: set[int] = set()
        """Chats of which it must be asked what concerns only us."""

    @property
    def behind(self) -> Collection[int]:
        """The chats of which events were heard that could not be applied yet."""
        if self._unmarked or self._doubtful:
            return self._held.keys() | self._unmarked | self._doubtful
        return self._held.keys()

    def revs(self) -> dict[str, int]:
        """What `sync` is asked with."""
        return {str(chat_id): view.rev for chat_id, view in self.chats.items()}

    def marks(self) -> dict[str, int]:
        """What `sync` is asked with beside `revs`."""
        return {str(chat_id): view.mine.mark for chat_id, view in self.chats.items() if view.mine.mark}

    def clear(self) -> None:
        """Drop everything: the server's numbers have started anew."""
        self.departures += 1
        self.chats.clear()
        self.people.clear()
        self.presence.clear()
        self.scheduled.clear()
        self.status = None
        self.affairs.clear()
        self._blocked = frozenset()
        self._held.clear()
        self._unmarked.clear()
        self._doubtful.clear()
        self.as_of = 0

    # --- events

    def apply(self, event: Event) -> Sequence[Event]:
        """Apply an event if it is its turn, and then those that waited for it."""
        if isinstance(event, Numbered):
            return self._in_turn(*number_of(event), event)
        if isinstance(event, Aside):
            return self._apply_aside(event)
        if isinstance(event, ChatJoined | ChatLeft):
            return self._come_or_go(event)
        if isinstance(event, OwnAffair):
            return self._own_affairs(event)
        if isinstance(event, MeChanged | ProfileChanged):
            self.meet(event.user)
        elif isinstance(event, PresenceChanged):
            self.presence |= {one.user_id: one for one in event.people}
        elif isinstance(event, StatusChanged):
            return (event,) if self.choose(event.status) else ()
        elif isinstance(event, ScheduledChanged):
            if event.scheduled.id not in self._done:  # its answer may come after all that became of it
                self.scheduled[event.scheduled.id] = event.scheduled
        elif isinstance(event, ScheduledGone):
            self._done.add(event.scheduled_id)
            self.scheduled.pop(event.scheduled_id, None)
        return (event,)

    def _come_or_go(self, event: ChatJoined | ChatLeft) -> Sequence[Event]:
        if isinstance(event, ChatLeft):
            return () if self._joined_after(event) else self.forget(event.chat_id)
        view = self.chats.get(event.chat.id)
        if view is None or event.chat.rev > view.rev:
            self._hold(event.chat.id, event.chat.rev, None)
        return ()

    def _apply_mine(self, view: ChatView, event: ChatCleared | MessagesHidden) -> Sequence[Event]:
        """What one did on another device: true at once, whatever else is missing."""
        if event.mark <= view.mine.mark:
            return ()
        if event.mark > view.mine.mark + 1:
            self._unmarked.add(view.id)
        if isinstance(event, ChatCleared):
            view.clear(event.cleared_seq, event.closed_seq)
        else:
            view.hide(event.seqs)
        if event.mark == view.mine.mark + 1:
            view.mine = replace(view.mine, mark=event.mark)
        self._doubt(view)
        return (event,)

    def choose(self, status: ChosenStatus) -> bool:
        """Take note of what one chose to show. Returns whether that is news."""
        if self.status and status.rev <= self.status.rev:
            return False
        self.status = status
        return True

    def _apply_aside(self, event: Aside) -> Sequence[Event]:
        """What moves beside the chat's `rev`."""
        view = self.chats.get(event.chat_id)
        if view is None:
            if event.chat_id in self._held:  # it is being fetched, perhaps as of before this
                self._doubtful.add(event.chat_id)
            return ()
        if isinstance(event, ChatCleared | MessagesHidden):
            return self._apply_mine(view, event)
        if isinstance(event, ChatRead):
            view.read(event.read_seq)
        elif isinstance(event, PrefsChanged):
            view.set_prefs(event.prefs)
        elif isinstance(event, ReceiptsSwitched):
            view.switch_receipts(event.user_id, shown=event.shown)
        else:
            view.move_receipts(event.receipts)
        self._doubt(view)
        return (event,)

    def _doubt(self, view: ChatView) -> None:
        if view.doubtful:
            self._doubtful.add(view.id)

    def _own_affairs(self, event: OwnAffair) -> Sequence[Event]:
        if not self.affairs.apply(event):
            return ()
        self._follow(event)
        return (event,)

    def learn(self, event: OwnAffair) -> Sequence[Event]:
        """Apply what an answer says of one's own affairs."""
        if not self.affairs.learn(event):
            return ()
        self._follow(event)
        return (event,)

    def _follow(self, event: OwnAffair) -> None:
        """What becomes of people and chats when one's own affairs have changed."""
        if not isinstance(event, RelationChanged):
            return
        self.meet(event.relation.user)
        if event.relation.user.id not in self.affairs.relations:
            self._forget_strangers()
        self._recount_if_blocked()

    @property
    def _reader(self) -> Reader:
        return Reader(self.me.id if self.me else 0, self._blocked)

    def _recount_if_blocked(self) -> None:
        """What those write whom one blocks is not unread."""
        blocked = self.affairs.blocked()
        if blocked == self._blocked:
            return
        self._blocked = blocked
        for view in self.chats.values():
            view.set_reader(self._reader)
            self._doubt(view)

    def _joined_after(self, event: ChatLeft) -> bool:
        """Whether this is told late: we are in the chat again."""
        view = self.chats.get(event.chat_id)
        mine = view.members.get(self.me.id) if view and self.me else None
        return mine is not None and mine.rev > event.rev

    def _in_turn(self, chat_id: int, rev: int, event: Numbered) -> Sequence[Event]:
        view = self.chats.get(chat_id)
        if view is None or rev > view.rev + 1:
            self._hold(chat_id, rev, event)
            return ()
        if rev <= view.rev:
            return ()
        applied: list[Event] = [event]
        self._apply_next(view, event, applied)
        if chat_id in self._held:
            self._release(chat_id, applied)
        return applied

    def _apply_next(self, view: ChatView, event: Numbered, applied: list[Event]) -> None:
        if isinstance(event, MessagePosted):
            view.post(event.message, self.window)
        elif isinstance(event, MessageChanged):
            view.change(event.message)
            self._doubt(view)
        elif isinstance(event, ChatChanged):
            view.set_chat(event.chat)
        else:
            if event.user:
                self._meet_in_public(event.user)
            view.set_member(event.member, event.member_count, me=self.me.id if self.me else 0)
            if event.member.left and self.me and event.member.user_id == self.me.id:
                applied += self.forget(view.id)

    def _hold(self, chat_id: int, rev: int, event: Numbered | None) -> None:
        self._held.setdefault(chat_id, Held()).put(rev, event)

    def _release(self, chat_id: int, applied: list[Event]) -> None:
        """Apply held events for as long as the next one is there."""
        held = self._held.get(chat_id)
        while held and (view := self.chats.get(chat_id)) and (event := held.get(view.rev + 1)):
            applied.append(event)
            self._apply_next(view, event, applied)
        view = self.chats.get(chat_id)
        if held is None or view is None:
            return
        if held.upto <= view.rev:
            self._held.pop(chat_id, None)
        else:
            held.forget(view.rev)

    def forget(self, chat_id: int) -> Sequence[Event]:
        """Drop a chat that one is not in any more."""
        self.departures += 1
        self._held.pop(chat_id, None)
        self._unmarked.discard(chat_id)
        self._doubtful.discard(chat_id)
        view = self.chats.pop(chat_id, None)
        if view is None:
            return ()
        self._forget_strangers()
        return (ChatLeft(chat_id=chat_id, rev=view.rev),)

    def _forget_strangers(self) -> None:
        known = {user_id for view in self.chats.values() for user_id in view.acquaintances()}
        known |= self.affairs.relations.keys()
        if self.me:
            known.add(self.me.id)
        self.people = {user_id: user for user_id, user in self.people.items() if user_id in known}
        self.presence = {user_id: seen for user_id, seen in self.presence.items() if user_id in known}

    def meet(self, user: User) -> None:
        """Take note of a profile, unless a newer one is known."""
        known = self.people.get(user.id)
        if known is None or user.rev >= known.rev:
            self.people[user.id] = user
        if self.me and self.me.id == user.id and user.rev >= self.me.rev:
            self.me = user

    def _meet_in_public(self, user: User) -> None:
        """Take note of a profile as everybody sees it. What only friends see comes by itself, with `user.changed`."""
        known = self.people.get(user.id)
        if user.private and known and (self.affairs.is_friend(user.id) or (self.me and self.me.id == user.id)):
            user = replace(user, description=known.description, avatar=known.avatar, private=known.private)
        self.meet(user)

    # --- states

    def apply_state(self, state: ChatState, *, asked: int = 0) -> Sequence[Event]:
        """Apply what `chat.changes`, `chat.get` or `sync` answered to `asked`, the rev that was held when asking."""
        for user in state.people:
            self.meet(user)
        chat_id, rev = state.chat.id, state.chat.rev
        view = self.chats.get(chat_id)
        self._unmarked.discard(chat_id)
        applied: list[Event] = []
        if view is None or rev < asked or (state.reset and rev >= view.rev):
            applied += self._replace(view, state)
            if rev < asked:
                self._held.pop(chat_id, None)  # the numbers went back: what was heard of belongs to another history
        elif rev > view.rev:
            applied += self._advance(view, state)
        elif rev == view.rev:
            view.set_mine(state.mine)
            view.set_receipts(state)
            self._settle(view)
        else:  # Events have already brought this chat further than the state that was asked for earlier.
            self._doubtful.add(chat_id)
        self._release(chat_id, applied)
        return applied

    def _settle(self, view: ChatView) -> None:
        """It has been asked what concerns only us."""
        self._doubtful.discard(view.id)
        self._doubt(view)

    def _replace(self, old: ChatView | None, state: ChatState) -> list[Event]:
        view = self.chats[state.chat.id] = ChatView(state, self.window, self._reader, old)
        if old and old.rev <= view.rev:  # else the numbers went back
            view.keep(old.mine)
        if old:
            self._settle(view)
        if old is None:
            return [ChatJoined(chat=state.chat)]
        news = [message for message in messages_of(state) if message.seq > old.head_seq]
        return [MessagePosted(message=message, nonce=message.nonce) for message in news]

    def _advance(self, view: ChatView, state: ChatState) -> list[Event]:
        told: list[Event] = []
        for message in messages_of(state):
            if message.seq > view.head_seq:
                told.append(MessagePosted(message=message, nonce=message.nonce))
                view.post(message, self.window)
            else:
                told.append(MessageChanged(message=message))
                view.change(message)
        for member in state.members:
            view.set_member(member, state.chat.member_count)
            user = self.people.get(member.user_id)
            told.append(MemberChanged(member=member, user=user, member_count=state.chat.member_count))
        before = view.chat
        view.set_chat(state.chat)
        view.set_mine(state.mine)
        view.set_receipts(state)
        self._settle(view)
        if view.chat != replace(before, rev=view.rev, head_seq=view.head_seq, member_count=view.member_count):
            told.append(ChatChanged(chat=state.chat))
        return told

    def apply_synced(self, synced: Synced, asked: dict[str, int]) -> Sequence[Event]:
        """Apply the answer to a `sync` that was asked with `asked`."""
        self.me = synced.me if self.me is None or synced.me.rev >= self.me.rev else self.me
        for user in (synced.me, *synced.people):
            self.meet(user)
        self.scheduled = {one.id: one for one in synced.scheduled}
        applied: list[Event] = []
        for chat_id in synced.gone:
            applied += self.forget(chat_id)
        for state in synced.chats:
            applied += self.apply_state(state, asked=asked.get(str(state.chat.id), 0))
        self.as_of = synced.as_of
        return applied

    def apply_people(self, pages: Sequence[Relations]) -> Sequence[Event]:
        """Apply what `people.list` answered."""
        news = self.affairs.set(pages)
        for relation in self.affairs.relations.values():
            self.meet(relation.user)
        self._forget_strangers()
        self._recount_if_blocked()
        return news

    def apply_page(self, view: ChatView, messages: Iterable[Message], *, before: int | None = None) -> None:
        """Merge a page of history that was asked for after `view.begin_page()`; `before` as it was asked for."""
        if self.chats.get(view.id) is view:
            view.merge(messages, before=before)

    # --- comparing

    def snapshot(self) -> dict[str, Any]:
        """Everything that lasts, as plain values: two clients in step with the server have equal ones."""
        members = {user_id for view in self.chats.values() for user_id in view.members}
        return {
            "me": self.me,
            "status": self.status,
            "chats": {chat_id: view.snapshot() for chat_id, view in self.chats.items()},
            "scheduled": dict(self.scheduled),
            "people": {user_id: self.people.get(user_id) for user_id in members | self.affairs.relations.keys()},
            **self.affairs.snapshot(),
        }
