"""The client: one device of one person, in step with the server."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from msgspec.structs import replace

from dialog.protocol.accounts import Device, EditProfile, MeChanged, OpenSession, PolicyOutdated, RegisterAccount
from dialog.protocol.base import Command, Event, Refused, Unauthenticated
from dialog.protocol.chats import Chat, ChatChanges, ChatJoined, Sync
from dialog.protocol.connection import ChatsBehind, Connected, Resync
from dialog.protocol.invites import InviteUse
from dialog.protocol.messages import (
    ForwardMessages,
    History,
    Message,
    MessageChanged,
    MessageHistory,
    MessagePosted,
    Messages,
    SendMessage,
)
from dialog.protocol.people import ListPeople, RelationChanged, RelationNow
from dialog.protocol.preferences import PrefsChanged, SetDraft, SetPreferences
from dialog.protocol.presence import ChosenStatus, GetStatus, PresenceChanged, PresenceList, StatusChanged, Typing
from dialog.protocol.receipts import ChatsRecounted, ReadReceipt
from dialog.protocol.scheduled import Scheduled, ScheduledChanged, ScheduledGone, UnscheduleMessage
from dialog.protocol.search import SearchPage, SearchPlace
from dialog.protocol.settings import SettingsEdited, SettingsNow
from dialog.protocol.warnings import WarningDismissed, WarningGone

from .affairs import OwnAffair
from .catchup import CatchUp
from .connection import Connection, ConnectionStatus
from .door import http_session, post
from .errors import ConnectionLost
from .events import Events, Waiters
from .outbox import Entry, Outbox
from .query import search_for
from .session import Session
from .socket import CALL_SECONDS, SYNC_SECONDS, Socket
from .state import State
from .usage import Usage

R = TypeVar("R")

SYNC_PAGES = 1000
PAGE = 100


class Client:
    """One device of one person.

    `state` is what they see, kept in step from `open` to `close` across reconnects; `events` tells what changed in it.
    """

    def __init__(
        self,
        session: Session,
        *,
        device: str = "Python",
        http: aiohttp.ClientSession | None = None,
        window: int = 500,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        """`http` may be shared by many clients; `window` is how many messages per chat are held.

        `on_event` is called at once with each change that took effect: for those who cannot wait to read `events`.
        """
        self.session = session
        self.state = State(window=window)
        self.events = Events()
        self.outbox = Outbox(self.call, self.wait_live, lambda _entry: self._changed())
        self.usage = Usage(lambda command: self.connection.require_socket().call(command), self._changed)
        self._connections = 0
        self.connection = Connection(
            session, Device(name=device), welcome=self._welcome, sync=self._sync, hear=self._hear, changed=self._changed
        )
        self._on_event = on_event
        self._http = http
        self._waiters = Waiters()
        self._catch_up = CatchUp(self.state, self._fetch, self._sync_again)
        self._running: asyncio.Task[None] | None = None

    # --- signing in

    @classmethod
    async def register(
        cls,
        url: str,
        username: str,
        password: str,
        *,
        display_name: str = "",
        policy_version: str | None = None,
        http: aiohttp.ClientSession | None = None,
        **options: Any,
    ) -> Self:
        """Make an account and sign in to it. Raises Refused, ConnectionLost.

        Without `policy_version` the current policy is accepted, whichever it is. `options` are those of `Client`.
        """
        command = RegisterAccount(
            username=username,
            password=password,
            display_name=display_name or username,
            age_confirmed=True,
            policy_version=policy_version or "current",
        )
        async with http_session(http) as door:
            try:
                await post(door, url, command)
            except Refused as refused:
                if policy_version or not isinstance(refused.failure, PolicyOutdated):
                    raise
                await post(door, url, replace(command, policy_version=refused.failure.current))
        return await cls.sign_in(url, username, password, http=http, **options)

    @classmethod
    async def sign_in(
        cls,
        url: str,
        username: str,
        password: str,
        *,
        device: str = "Python",
        http: aiohttp.ClientSession | None = None,
        on_login_token: Callable[[str], None] | None = None,
        **options: Any,
    ) -> Self:
        """Open a session with a password. `on_login_token` as in `resume`. Raises Refused, ConnectionLost."""
        command = OpenSession(username=username, password=password, device=Device(name=device))
        async with http_session(http) as door:
            tokens = await post(door, url, command)
        return cls(Session.opened(url, tokens, on_login_token=on_login_token), device=device, http=http, **options)

    @classmethod
    def resume(
        cls, url: str, login_token: str, *, on_login_token: Callable[[str], None] | None = None, **options: Any
    ) -> Self:
        """Continue a session opened earlier. `on_login_token` must keep each token it is told instead of the last."""
        return cls(Session(url, login_token, on_login_token=on_login_token), **options)

    # --- life

    @property
    def status(self) -> ConnectionStatus:
        """How the connection is."""
        return self.connection.status

    async def open(self, *, seconds: float = 30.0) -> Self:
        """Connect and sync. Raises ConnectionLost when that takes longer, SignedOut, TurnedAway; then it is closed."""
        self.start()
        try:
            await self.wait_live(seconds)
        except BaseException:
            await self.close()
            raise
        return self

    def start(self) -> None:
        """Begin to connect, without waiting for it; also after `close`, with the state and the outbox as they were."""
        if self._running is None:
            self.connection.over = None
            self.events.reopen()
            self.outbox.resume()
            self._running = asyncio.create_task(self.connection.run(self._http, self._catch_up.run))

    async def close(self) -> None:
        """Disconnect. What is in the outbox stays there. Raises what ended the client, if that was a bug of it."""
        ended_by_itself = self.connection.over is not None
        self.connection.finish(ConnectionStatus.OFFLINE, ConnectionLost("the client was closed"))
        await self.outbox.close()
        await self.usage.close()
        running, self._running = self._running, None
        if running:
            if not ended_by_itself:
                running.cancel()
            [outcome] = await asyncio.gather(running, return_exceptions=True)
            if isinstance(outcome, Exception):
                raise outcome

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    async def wait_live(self, seconds: float | None = None) -> None:
        """Return while connected and in step. Raises ConnectionLost when that is not so in time or never will be."""
        try:
            await self.wait_for(lambda: self.connection.socket is not None, seconds)
        except TimeoutError:
            raise ConnectionLost(f"not connected within {seconds} s") from None

    async def wait_for(self, is_so: Callable[[], object], seconds: float | None = 30.0) -> None:
        """Return once `is_so()`, asked after each change. Raises TimeoutError; ConnectionLost when it is all over."""

        def is_so_or_over() -> object:
            so = is_so()
            if not so and self.connection.over:
                raise self.connection.over
            return so

        await self._waiters.wait(is_so_or_over, seconds)

    # --- commands

    async def call(self, command: Command[R], *, timeout: float = CALL_SECONDS) -> R:  # noqa: ASYNC109
        """Give a command, once connected. Raises Refused; ConnectionLost when no answer comes in `timeout` seconds."""
        deadline = time.monotonic() + timeout
        if self.connection.socket is None:
            await self.wait_live(timeout)
        socket = self.connection.require_socket()
        try:
            reply = await socket.call(command, timeout=max(0.0, deadline - time.monotonic()))
        except Refused as refused:
            if isinstance(refused.failure, Unauthenticated):
                self.session.expire()
                socket.wear_out()
            raise
        self._learn(command, reply)
        return reply

    async def post(self, command: Command[R]) -> R:
        """Give a command over HTTP instead, connected or not. Raises Refused, ConnectionLost, SignedOut."""
        async with http_session(self._http) as http:
            try:
                return await post(http, self.session.url, command, access_token=await self.session.usable_token(http))
            except Refused as refused:
                if not isinstance(refused.failure, Unauthenticated):
                    raise
            self.session.expire()
            return await post(http, self.session.url, command, access_token=await self.session.refresh(http))

    def send(
        self,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        mentions: Sequence[int] = (),
        mention_all: bool = False,
    ) -> Entry:
        """Write a message. It is sent in its turn, also after a reconnect; await it for the Message.

        Raises OutboxFull.
        """
        return self.outbox.put(chat_id, text, reply_to, mentions, mention_all=mention_all)

    async def read(self, chat_id: int) -> None:
        """Say that all of a chat has been read, where it has not been said. Raises as `call` does."""
        view = self.state.chats[chat_id]
        marked = view.mine.prefs is not None and view.mine.prefs.marked_unread
        if marked or view.mine.read_seq < view.head_seq:
            await self.call(ReadReceipt(chat_id=chat_id, seq=view.head_seq))

    async def history(self, chat_id: int, *, before: int | None = None, limit: int = 50) -> History:
        """A page of a chat, older than `before` or than the window. What adjoins the window widens it."""
        view = self.state.chats[chat_id]
        first = view.first_seq if before is None else before
        if first <= view.mine.cleared_seq + 1:
            return History(messages=[], more=False)
        view.begin_page()
        try:
            page = await self.call(MessageHistory(chat_id=chat_id, before=first, limit=limit))
            self.state.apply_page(view, page.messages, before=first)
        finally:
            view.end_page()
        return page

    async def search(self, typed: str, page: SearchPlace | None = None) -> SearchPage:
        """What was said somewhere; `typed` as in `query`, `page` the `next` of the page before.

        Raises BadQuery, and as `call` does.
        """
        return await self.call(replace(search_for(self.state, typed), page=page))

    async def fill(self, chat_id: int, seq: int) -> None:
        """Widen the window of a chat down to message `seq`, or to the first one there is."""
        while (view := self.state.chats[chat_id]).first_seq > max(1, seq):
            before = view.first_seq
            await self.history(chat_id, limit=min(PAGE, before - max(1, seq)))
            if view.first_seq == before:
                return

    async def fresh_state(self) -> State:
        """What a cold start would fetch now, with the same window of each chat: to compare with `state`."""
        fresh = State(window=self.state.window)
        fresh.affairs.behind = self.state.affairs.settings is not None
        await self._sync_into(fresh, self.connection.require_socket())
        fresh.choose(await self.call(GetStatus()))
        for chat_id, view in list(self.state.chats.items()):  # events go on meanwhile
            other = fresh.chats.get(chat_id)
            while other and other.first_seq > max(1, view.first_seq):
                before, limit = other.first_seq, min(PAGE, other.first_seq - max(1, view.first_seq))
                page = await self.call(MessageHistory(chat_id=chat_id, before=before, limit=limit))
                # Where numbers are missing, a page of so many reaches below the window.
                wanted = [message for message in page.messages if message.seq >= view.first_seq]
                fresh.apply_page(other, wanted, before=before)
                if other.first_seq == before:
                    break
        return fresh

    # --- staying in step

    def _welcome(self, connected: Connected) -> None:
        if self.connection.socket is None:
            self.state.presence.clear()  # nobody told who came and went meanwhile
        if connected.epoch != self.state.epoch:
            self.state.clear()
            self.state.epoch = connected.epoch
        self.state.choose(connected.status)
        if connected.people_rev != self.state.affairs.rev:
            self.state.affairs.behind = True

    def _hear(self, event: Event) -> None:
        """An event from a socket, in its order."""
        if isinstance(event, Resync):
            self.state.affairs.behind = True
            self._catch_up.sync_within(event.within)
        elif isinstance(event, ChatsBehind):
            self.state.affairs.behind = True
            self._catch_up.sync_within(0)
        elif isinstance(event, ChatsRecounted):
            self._catch_up.sync_within(0)
        elif applied := self.state.apply(event):
            self._tell(applied)
            if self.state.affairs.behind and isinstance(event, OwnAffair):
                self._catch_up.sync_within(0)
        if self.state.behind:
            self._catch_up.notice()

    def _learn(self, command: Command[Any], reply: Any) -> None:
        """What one did oneself is known from the answer; the event that also tells it may be late or lost."""
        if isinstance(reply, Message):
            posted = isinstance(command, SendMessage)
            self._hear(MessagePosted(message=reply, nonce=reply.nonce) if posted else MessageChanged(message=reply))
        elif isinstance(reply, Messages):
            posted = isinstance(command, ForwardMessages)
            for message in reply.messages if posted else ():
                self._hear(MessagePosted(message=message, nonce=message.nonce))
        elif isinstance(reply, Chat):
            self._hear(ChatJoined(chat=reply))
        elif isinstance(reply, InviteUse):
            if reply.chat:
                self._hear(ChatJoined(chat=reply.chat))
        elif isinstance(reply, PresenceList):
            self._hear(PresenceChanged(people=reply.people))
        else:
            self._learn_own(command, reply)

    def _learn_own(self, command: Command[Any], reply: Any) -> None:
        """The same of what only one's own devices are told."""
        if isinstance(reply, Scheduled):
            self._hear(ScheduledChanged(scheduled=reply))
        elif isinstance(command, UnscheduleMessage):
            self._hear(ScheduledGone(scheduled_id=command.scheduled_id))
        elif isinstance(reply, RelationNow):
            self._learn_affair(RelationChanged(relation=reply.relation, rev=reply.rev))
        elif isinstance(reply, SettingsNow):
            self._learn_affair(SettingsEdited(settings=reply.settings, rev=reply.rev))
        elif isinstance(reply, WarningDismissed):
            self._learn_affair(WarningGone(warning_id=reply.warning_id, rev=reply.rev))
        elif isinstance(command, EditProfile):
            self._hear(MeChanged(user=reply))
        elif isinstance(command, SetPreferences | SetDraft):
            self._hear(PrefsChanged(chat_id=command.chat_id, prefs=reply))
        elif isinstance(reply, ChosenStatus):
            self._hear(StatusChanged(status=reply))

    def _learn_affair(self, event: OwnAffair) -> None:
        self._tell(self.state.learn(event))
        if self.state.behind:
            self._catch_up.notice()

    def _tell(self, applied: Iterable[Event]) -> None:
        me = self.state.me.id if self.state.me else 0
        for event in applied:
            if isinstance(event, MessagePosted):
                self.usage.posted(event)
                if event.message.author_id == me:
                    self.outbox.heard(event.message)
            elif isinstance(event, Typing):
                self.usage.heard(event)
            self.events.put(event)
            if self._on_event:
                self._on_event(event)
        self._waiters.look()

    def _changed(self) -> None:
        if self.connection.count != self._connections:
            self._connections = self.connection.count
            self.usage.connected()
        if self.connection.over:
            self.events.close()
        self._waiters.look()

    async def _sync(self, socket: Socket) -> None:
        """Bring the state in step on `socket`; the events heard meanwhile are applied after."""
        socket.hold()
        try:
            await self._sync_into(self.state, socket)
        finally:
            if not socket.release():
                self._catch_up.sync_within(1.0)
        if self.state.behind:
            self._catch_up.notice()

    async def _sync_into(self, state: State, socket: Socket) -> None:
        if state.affairs.behind:
            pages = [await socket.call(ListPeople())]
            while after := pages[-1].next:
                pages.append(await socket.call(ListPeople(after=after)))
            news = state.apply_people(pages)
            if state is self.state:
                self._tell(news)
        for _page in range(SYNC_PAGES):
            asked, since = state.revs(), state.as_of
            synced = await socket.call(Sync(chats=asked, marks=state.marks(), moved_since=since), timeout=SYNC_SECONDS)
            applied = state.apply_synced(synced, asked)
            if state is self.state:
                self._tell(applied)
            if not synced.more or (state.revs() == asked and state.as_of == since):
                return

    async def _sync_again(self) -> None:
        socket = self.connection.require_socket()
        await self._sync(socket)
        self._hear(StatusChanged(status=await socket.call(GetStatus())))

    async def _fetch(self, chat_id: int) -> None:
        """Fetch what is missing of one chat."""
        view = self.state.chats.get(chat_id)
        asked, departures = view.rev if view else 0, self.state.departures
        command = ChatChanges(chat_id=chat_id, since=asked, mark=view.mine.mark if view else 0)
        fetched = await self.connection.require_socket().call(command)
        if self.state.departures == departures:
            self._tell(self.state.apply_state(fetched, asked=asked))
