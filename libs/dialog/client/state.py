"""What a client holds of its chats, and the rules by which it stays in step. No I/O, no clock.

Each chat has one `rev`. An event is applied only if its rev is the next one; an older one is dropped, a later one is
held until what lies between has come, by another event or as a `ChatState` that the caller fetches for each chat in
`behind`.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from dialog.protocol.accounts import MeChanged, User
from dialog.protocol.base import Event
from dialog.protocol.chats import ChatJoined, ChatLeft, ChatState, MemberChanged, Synced
from dialog.protocol.messages import Message, MessageChanged, MessagePosted
from dialog.protocol.people import ProfileChanged, Relation, RelationChanged, Relations, RelationState
from dialog.protocol.presence import Availability, PresenceChanged
from dialog.protocol.settings import Settings, SettingsEdited

from .view import ChatView, messages_of

HELD_EVENTS = 256
"""Events held per chat; what is beyond them is fetched."""

Numbered = MessagePosted | MessageChanged | MemberChanged
"""The events that carry a chat's rev."""


class Held:
    """Events of one chat that came too early, and the highest rev that was heard of."""

    __slots__ = ("events", "upto")

    def __init__(self) -> None:
        self.events: dict[int, Numbered] = {}
        self.upto = 0


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
        self.presence: dict[int, Availability] = {}
        self.relations: dict[int, Relation] = {}
        """Friends, requests and blocks. Their profiles are in `people`, which is kept newer than those in here."""
        self.settings: Settings | None = None
        self.people_rev = 0
        self.people_behind = False
        """Whether something was missed of relations and settings: they are to be fetched."""
        self.departures = 0
        """How often a chat was dropped: a state fetched before the last time may be of a chat that one has left."""
        self._held: dict[int, Held] = {}

    @property
    def behind(self) -> Collection[int]:
        """The chats of which events were heard that could not be applied yet."""
        return self._held.keys()

    def revs(self) -> dict[str, int]:
        """What `sync` is asked with."""
        return {str(chat_id): view.rev for chat_id, view in self.chats.items()}

    def clear(self) -> None:
        """Drop everything: the server's numbers have started anew."""
        self.departures += 1
        self.chats.clear()
        self.people.clear()
        self.presence.clear()
        self.relations.clear()
        self.settings = None
        self.people_rev = 0
        self._held.clear()

    # --- events

    def apply(self, event: Event) -> Sequence[Event]:
        """Apply an event if it is its turn, and then those that waited for it."""
        if isinstance(event, MessagePosted | MessageChanged):
            return self._in_turn(event.message.chat_id, event.message.rev, event)
        if isinstance(event, MemberChanged):
            return self._in_turn(event.member.chat_id, event.member.rev, event)
        if isinstance(event, ChatJoined):
            view = self.chats.get(event.chat.id)
            if view is None or event.chat.rev > view.rev:
                self._hold(event.chat.id, event.chat.rev, None)
            return ()
        if isinstance(event, ChatLeft):
            return () if self._joined_after(event) else self.forget(event.chat_id)
        if isinstance(event, RelationChanged | SettingsEdited):
            return self._own_affairs(event)
        if isinstance(event, MeChanged | ProfileChanged):
            self.meet(event.user)
        elif isinstance(event, PresenceChanged):
            self.presence[event.user_id] = event.status
        return (event,)

    def _own_affairs(self, event: RelationChanged | SettingsEdited) -> Sequence[Event]:
        """These are counted by one number. A gap is not waited for: all of it is fetched."""
        if event.rev <= self.people_rev:
            return ()
        self.people_behind = self.people_behind or event.rev > self.people_rev + 1
        if not self.people_behind:
            self.people_rev = event.rev
        if isinstance(event, SettingsEdited):
            self.settings = event.settings
        else:
            self._relate(event.relation)
        return (event,)

    def _relate(self, relation: Relation) -> None:
        self.meet(relation.user)
        if relation.state is RelationState.NONE and not relation.blocked:
            self.relations.pop(relation.user.id, None)
            self._forget_strangers()
        else:
            self.relations[relation.user.id] = relation

    def is_friend(self, user_id: int) -> bool:
        """Whether that person is a friend."""
        relation = self.relations.get(user_id)
        return relation is not None and relation.state is RelationState.FRIEND

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
        else:
            if event.user:
                self._meet_in_public(event.user)
            view.set_member(event.member, event.member_count, me=self.me.id if self.me else 0)
            if event.member.left and self.me and event.member.user_id == self.me.id:
                applied += self.forget(view.id)

    def _hold(self, chat_id: int, rev: int, event: Numbered | None) -> None:
        held = self._held.setdefault(chat_id, Held())
        held.upto = max(held.upto, rev)
        if event is not None and len(held.events) < HELD_EVENTS:
            held.events[rev] = event

    def _release(self, chat_id: int, applied: list[Event]) -> None:
        """Apply held events for as long as the next one is there."""
        held = self._held.get(chat_id)
        while held and (view := self.chats.get(chat_id)) and (event := held.events.get(view.rev + 1)):
            applied.append(event)
            self._apply_next(view, event, applied)
        view = self.chats.get(chat_id)
        if held is None or view is None:
            return
        if held.upto <= view.rev:
            self._held.pop(chat_id, None)
        else:
            held.events = {rev: event for rev, event in held.events.items() if rev > view.rev}

    def forget(self, chat_id: int) -> Sequence[Event]:
        """Drop a chat that one is not in any more."""
        self.departures += 1
        self._held.pop(chat_id, None)
        view = self.chats.pop(chat_id, None)
        if view is None:
            return ()
        self._forget_strangers()
        return (ChatLeft(chat_id=chat_id, rev=view.rev),)

    def _forget_strangers(self) -> None:
        known = {user_id for view in self.chats.values() for user_id in view.acquaintances()}
        known |= self.relations.keys()
        if self.me:
            known.add(self.me.id)
        self.people = {user_id: user for user_id, user in self.people.items() if user_id in known}
        self.presence = {user_id: status for user_id, status in self.presence.items() if user_id in known}

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
        if user.private and known and (self.is_friend(user.id) or (self.me and self.me.id == user.id)):
            user = replace(user, description=known.description, avatar=known.avatar, private=known.private)
        self.meet(user)

    # --- states

    def apply_state(self, state: ChatState, *, asked: int = 0) -> Sequence[Event]:
        """Apply what `chat.changes`, `chat.get` or `sync` answered to `asked`, the rev that was held when asking."""
        for user in state.people:
            self.meet(user)
        chat_id, rev = state.chat.id, state.chat.rev
        view = self.chats.get(chat_id)
        applied: list[Event] = []
        if view is None or rev < asked or (state.reset and rev >= view.rev):
            applied += self._replace(view, state)
            if rev < asked:
                self._held.pop(chat_id, None)  # the numbers went back: what was heard of belongs to another history
        elif rev > view.rev:
            applied += self._advance(view, state)
        # Otherwise events have already brought this chat further than the state that was asked for earlier.
        self._release(chat_id, applied)
        return applied

    def _replace(self, old: ChatView | None, state: ChatState) -> list[Event]:
        self.chats[state.chat.id] = ChatView(state, self.window)
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
        view.set_chat(state.chat, state.mine)
        return told

    def apply_synced(self, synced: Synced, asked: dict[str, int]) -> Sequence[Event]:
        """Apply the answer to a `sync` that was asked with `asked`."""
        self.me = synced.me if self.me is None or synced.me.rev >= self.me.rev else self.me
        for user in (synced.me, *synced.people):
            self.meet(user)
        applied: list[Event] = []
        for chat_id in synced.gone:
            applied += self.forget(chat_id)
        for state in synced.chats:
            applied += self.apply_state(state, asked=asked.get(str(state.chat.id), 0))
        return applied

    def apply_people(self, pages: Sequence[Relations]) -> Sequence[Event]:
        """Apply what `people.list` answered."""
        old, first = self.relations, pages[0]
        self.people_behind = False
        self.people_rev = first.rev
        news: list[Event] = []
        if self.settings != first.settings:
            news.append(SettingsEdited(settings=first.settings, rev=first.rev))
        self.settings = first.settings
        self.relations = {relation.user.id: relation for page in pages for relation in page.relations}
        for user_id, relation in self.relations.items():
            self.meet(relation.user)
            if old.get(user_id) != relation:
                news.append(RelationChanged(relation=relation, rev=first.rev))
        for user_id in old.keys() - self.relations.keys():
            gone = replace(old[user_id], state=RelationState.NONE, blocked=False, since=0)
            news.append(RelationChanged(relation=gone, rev=first.rev))
        self._forget_strangers()
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
            "chats": {chat_id: view.snapshot() for chat_id, view in self.chats.items()},
            "people": {user_id: self.people.get(user_id) for user_id in members | self.relations.keys()},
            "relations": {
                user_id: (relation.state, relation.blocked, relation.since)
                for user_id, relation in self.relations.items()
            },
            "settings": self.settings,
        }
