"""A gateway that misbehaves on cue: close codes, silence, gaps, refusals. What works is tested against the real one."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from dialog.client import Client, Session
from dialog.ids import now_ms
from dialog.protocol.accounts import AccessTokens, RenewedUntil, RenewSession, SessionTokens, User
from dialog.protocol.base import Event, Failure, NotFound, Nothing, Refused, tag_of
from dialog.protocol.chats import Chat, ChatChanges, ChatKind, ChatState, Member, Mine, Role, Sync, Synced
from dialog.protocol.connection import SUBPROTOCOL, Connect, Connected, Limits
from dialog.protocol.frames import FRAMES, encode_event, encode_refusal, encode_reply, with_id
from dialog.protocol.messages import History, Message, MessageHistory, MessagePosted, SendMessage
from dialog.protocol.people import ListPeople, Relations
from dialog.protocol.presence import NOTHING_CHOSEN, ChosenStatus, GetStatus
from dialog.protocol.settings import Settings, Whom

ANNA = User(id=1, username="anna", display_name="Anna", description="", avatar=None, rev=1)
CHAT = 100
SETTINGS = Settings(
    who_may_write=Whom.EVERYONE,
    who_may_add=Whom.FRIENDS,
    who_may_call=Whom.FRIENDS,
    who_sees_last_seen=Whom.FRIENDS,
    who_sees_profile=Whom.FRIENDS,
    read_receipts=True,
    typing=True,
)

Answer = Callable[["Gateway", "Peer", Any], Awaitable[Any]]


class Peer:
    """One socket, as the gateway sees it."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self.commands: list[Any] = []

    async def tell(self, event: Event) -> None:
        await self.ws.send_str(encode_event(event).decode())

    def abort(self) -> None:
        """As when a cable is cut."""
        assert self.ws._req is not None
        assert self.ws._req.transport is not None
        self.ws._req.transport.abort()

    async def close(self, code: int) -> None:
        await self.ws.close(code=code)

    def said(self, kind: type) -> list[Any]:
        return [command for command in self.commands if isinstance(command, kind)]


class Gateway:
    """One chat, kept in memory. `answers` replaces what is answered to a type of command."""

    def __init__(self) -> None:
        self.url = ""
        self.epoch = 1
        self.heartbeat = 25.0
        self.token_seconds = 300.0
        self.peers: list[Peer] = []
        self.upgrades: list[float] = []
        self.refusing_upgrades: list[tuple[int, dict[str, str]]] = []
        self.refreshes = 0
        self.refresh_refusal: Failure | None = None
        self.answers: dict[str, Answer] = {}
        self.messages: list[Message] = []
        self.rev = 1
        self.received: dict[str, int] = defaultdict(int)

    @property
    def peer(self) -> Peer:
        """The newest socket."""
        return self.peers[-1]

    def client(self, **options: Any) -> Client:
        """A client with tokens of this gateway, not yet open."""
        tokens = SessionTokens(
            user=ANNA,
            session_id=9,
            access_token="token-0",
            expires_at=now_ms() + int(self.token_seconds * 1000),
            login_token="login-0",
        )
        return Client(Session.opened(self.url, tokens), **options)

    def post(self, text: str, *, nonce: str = "") -> MessagePosted:
        """Add a message; the event is the caller's to tell or to lose."""
        for message in self.messages:
            if nonce and message.nonce == nonce:
                return MessagePosted(message=message, nonce=nonce)
        self.rev += 1
        message = Message(
            chat_id=CHAT,
            seq=len(self.messages) + 1,
            rev=self.rev,
            author_id=1,
            kind="text",
            text=text,
            sent_at=now_ms(),
            nonce=nonce or f"n{self.rev}",
        )
        self.messages.append(message)
        return MessagePosted(message=message, nonce=message.nonce)

    def state(self, since: int) -> ChatState:
        chat = Chat(
            id=CHAT,
            kind=ChatKind.GROUP,
            title="Walk",
            avatar=None,
            head_seq=len(self.messages),
            rev=self.rev,
            member_count=1,
            low_id=None,
            high_id=None,
            created_at=1,
        )
        anna = Member(chat_id=CHAT, user_id=1, role=Role.OWNER, joined_seq=0, rev=1, left=False)
        return ChatState(
            chat=chat,
            messages=[message for message in self.messages if message.rev > since],
            members=[anna] if since < 1 else [],
            people=[ANNA],
            mine=Mine(role=Role.OWNER),
            reset=since == 0,
        )

    # --- answering

    async def answer(self, peer: Peer, command: Any) -> Any:
        kind = tag_of(type(command))
        self.received[kind] += 1
        if kind in self.answers:
            return await self.answers[kind](self, peer, command)
        usual = getattr(self, "on_" + kind.replace(".", "_"), None)
        return await usual(peer, command) if usual else Nothing()

    async def on_connect(self, _peer: Peer, _command: Connect) -> Connected:
        limits = Limits(frame_bytes=65536, pending_commands=32, text_length=8000)
        return Connected(
            user=ANNA,
            status=NOTHING_CHOSEN,
            session_id=9,
            heartbeat=self.heartbeat,
            epoch=self.epoch,
            now=now_ms(),
            limits=limits,
        )

    async def on_status_get(self, _peer: Peer, _command: GetStatus) -> ChosenStatus:
        return NOTHING_CHOSEN

    async def on_sync(self, _peer: Peer, command: Sync) -> Synced:
        held = command.chats.get(str(CHAT), 0)
        states = [self.state(held)] if held != self.rev else []
        return Synced(chats=states, gone=[], people=[ANNA], me=ANNA, more=False)

    async def on_people_list(self, _peer: Peer, _command: ListPeople) -> Relations:
        return Relations(relations=[], next=0, settings=SETTINGS, rev=0)

    async def on_chat_changes(self, _peer: Peer, command: ChatChanges) -> ChatState:
        if command.chat_id != CHAT:
            raise Refused(NotFound())
        return self.state(command.since)

    async def on_message_history(self, _peer: Peer, command: MessageHistory) -> History:
        before = command.before or len(self.messages) + 1
        return History(messages=self.messages[: before - 1], more=False)

    async def on_message_send(self, peer: Peer, command: SendMessage) -> Message:
        event = self.post(command.text, nonce=command.nonce)
        await peer.tell(event)
        return event.message

    async def on_session_renew(self, _peer: Peer, _command: RenewSession) -> RenewedUntil:
        return RenewedUntil(expires_at=now_ms() + 300_000)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self.upgrades.append(asyncio.get_running_loop().time())
        if self.refusing_upgrades:
            status, headers = self.refusing_upgrades.pop(0)
            return web.Response(status=status, headers=headers)
        ws = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False, autoping=False, timeout=0.2)
        await ws.prepare(request)
        peer = Peer(ws)
        self.peers.append(peer)
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                frame = FRAMES.decode(message.data)
                peer.commands.append(frame.command)
                await self._reply(peer, frame.id, frame.command)
        return ws

    async def _reply(self, peer: Peer, number: int, command: Any) -> None:
        try:
            answer = encode_reply(await self.answer(peer, command))
        except Refused as refused:
            answer = encode_refusal(refused.failure)
        with contextlib.suppress(ConnectionError):
            await peer.ws.send_str(with_id(number, answer).decode())

    async def _refresh(self, _request: web.Request) -> web.Response:
        self.refreshes += 1
        if self.refresh_refusal:
            return web.Response(status=403, body=encode_refusal(self.refresh_refusal))
        tokens = AccessTokens(
            access_token=f"token-{self.refreshes}",
            expires_at=now_ms() + int(self.token_seconds * 1000),
            login_token=f"login-{self.refreshes}",
        )
        return web.Response(body=msgspec.json.encode(tokens))

    async def stop_answering(self, *_: Any) -> Any:
        """An answer that never comes."""
        await asyncio.Event().wait()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/ws", self._socket), web.post("/api/session.refresh", self._refresh)]


@asynccontextmanager
async def running(gateway: Gateway) -> AsyncGenerator[Gateway]:
    """The gateway on a port of its own."""
    app = web.Application()
    app.add_routes(gateway.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield gateway
    finally:
        await runner.cleanup()
