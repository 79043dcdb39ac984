"""One WebSocket: commands in, answers and events out. No task, queue or timer of its own."""

import asyncio
import contextlib
import socket as sockets
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import WSMessage, WSMsgType, web
from msgspec.structs import replace
from prometheus_client import Counter

from dialog.bus import BAD_JSON, explain, failure_of, new_trace
from dialog.crash import crash_point
from dialog.ids import now_ms
from dialog.log import trace_of
from dialog.protocol.accounts import RenewedUntil, RenewSession
from dialog.protocol.base import (
    Actor,
    Command,
    Failure,
    Invalid,
    Nothing,
    Refused,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)
from dialog.protocol.chats import Sync
from dialog.protocol.connection import ChatsBehind, CloseCode, Connect, Ping
from dialog.protocol.frames import (
    FRAME_HEADS,
    FRAMES,
    Frame,
    encode_event,
    encode_refusal,
    encode_reply,
    with_id,
)
from dialog.protocol.messages import SendMessage
from dialog.protocol.presence import Choice, ChosenStatus, FocusSession, StartTyping

from .websocket_frames import pong_frame, text_frame

if TYPE_CHECKING:
    from .app import App
    from .focus import Focus

BEHIND = text_frame(encode_event(ChatsBehind()))
CLOSE_SECONDS = 2.0
MESSAGES_TOGETHER = 8
"""Messages of one chat and socket in one packet: it holds as many of the longest."""
LAST_ANSWERS = 0.25
"""Seconds that a closing socket waits for commands under way."""

_collapsed = Counter("dialog_gateway_collapsed", "Times that the waiting events of a slow socket collapsed into one")
_too_slow = Counter("dialog_gateway_too_slow", "Sockets closed because they did not read")


class BusyChat:
    """What one socket wants done in one chat: in the order in which it was sent."""

    __slots__ = ("under_way", "waiting")

    def __init__(self, first: Frame) -> None:
        self.under_way = 0
        """Commands on their way now."""
        self.waiting = deque([first])

    def next(self) -> list[Frame]:
        """What goes out next: one command, or several messages, since chat posts those in the order of their packet."""
        frames = [self.waiting.popleft()]
        while len(frames) < MESSAGES_TOGETHER and self.waiting and _are_messages(frames[0], self.waiting[0]):
            frames.append(self.waiting.popleft())
        self.under_way = len(frames)
        return frames


def _are_messages(*frames: Frame) -> bool:
    return all(type(frame.command) is SendMessage for frame in frames)


class Socket:
    """A connected client.

    What is to be sent waits in two lists, answers before events, until the hub's flush joins it into one write. While
    the client reads too slowly it stays there, where events can still be dropped.
    """

    __slots__ = (
        "_answers", "_app", "_behind", "_busy_chats", "_events", "_events_size", "_pending", "_room", "_scheduled",
        "_transport", "_ws",
        "actor", "bad_frames", "clogged_at", "closing", "expires_at", "focus", "heard_at", "membership_changes",
        "opened", "pinged_at", "shows_typing", "status", "stuck_size", "topics",
    )  # fmt: skip

    def __init__(self, app: "App", ws: web.WebSocketResponse, transport: asyncio.Transport, address: str) -> None:
        self._app = app
        self._ws = ws
        self._transport = transport
        self._answers: list[bytes] = []
        self._events: list[bytes] = []
        self._events_size = 0
        self._behind = False
        self._scheduled = False
        self._pending = 0
        """Commands without an answer."""
        self._room: asyncio.Future[None] | None = None
        """Whoever waits for the next answer to go out."""
        self._busy_chats: dict[int, BusyChat] = {}
        now = asyncio.get_running_loop().time()
        self.actor = Actor(address=address)
        self.expires_at = 0
        """Of the access token, milliseconds since 1970."""
        self.focus: Focus | None = None
        """How the client says it is used."""
        self.status: ChosenStatus | None = None
        """What the person chose to show; None while that is not known for sure."""
        self.shows_typing = True
        """By their settings."""
        self.topics: set[str] = set()
        self.membership_changes = 0
        """How often this person's groups changed since the socket opened."""
        self.opened = False
        """Events wait until the answer to `connect` is out."""
        self.closing = False
        self.bad_frames = 0
        self.heard_at = now
        self.pinged_at = now
        self.clogged_at = 0.0
        """Since when nothing could be written; 0 while all goes well."""
        self.stuck_size = 0
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, app.config.send_buffer)

    # --- out

    def push_event(self, frame: bytes, *, droppable: bool) -> None:
        """Send an event, or let it go when this client does not keep up."""
        if self.closing or (self.clogged_at and not self._has_room_for_event(len(frame), droppable)):
            return
        self._events.append(frame)
        self._events_size += len(frame)
        self._schedule()

    def _has_room_for_event(self, size: int, droppable: bool) -> bool:
        """For a slow reader: what is droppable goes first, then all waiting events become one notice to sync."""
        if self._behind or droppable:
            return False
        if self._events_size + size <= self._app.config.waiting_events:
            return True
        _collapsed.inc()
        self._events = [BEHIND]
        self._events_size = len(BEHIND)
        self._behind = True
        return False

    def push_answer(self, frame: bytes) -> None:
        """Send an answer. A client that asks without reading is closed."""
        if self.clogged_at and self._waiting_size() > self._app.config.waiting_bytes:
            self.close_as_too_slow()
            return
        self._answers.append(frame)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled and self.opened and not self.closing:
            self._scheduled = True
            self._app.hub.flush_soon(self)

    def flush(self) -> None:
        """Write all that waits in one go, unless the client has still too much to read."""
        self._scheduled = False
        if self.closing or self._transport.is_closing():
            return
        under_way = self._transport.get_write_buffer_size()
        if under_way > self._app.config.write_ahead:
            self._notice_clogged(under_way)
            return
        waiting = self._answers + self._events if self._answers else self._events
        if waiting:
            self._transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))
            self._answers = []
            self._events = []
            self._events_size = 0
            self._behind = False
            under_way = self._transport.get_write_buffer_size()
        if under_way > self._app.config.write_ahead:
            self._notice_clogged(under_way)
        elif self.clogged_at:
            self.clogged_at = 0.0
            self._app.hub.clogged.discard(self)

    def _notice_clogged(self, under_way: int) -> None:
        """Remember when the client last read anything."""
        if not self.clogged_at or under_way < self.stuck_size:
            self.clogged_at = asyncio.get_running_loop().time()
            self._app.hub.clogged.add(self)
        self.stuck_size = under_way

    def _waiting_size(self) -> int:
        return self._transport.get_write_buffer_size() + self._events_size + sum(map(len, self._answers))

    def close_as_too_slow(self) -> None:
        """4000: the client syncs over a new connection."""
        if not self.closing:
            _too_slow.inc()
        self._app.hub.close_soon(self, CloseCode.TOO_SLOW)

    async def shut(self, code: CloseCode) -> None:
        """Write what waits, close, and do not wait long for a client that does not answer."""
        with contextlib.suppress(Exception):
            if self._pending:  # the answer to what ended this session, say
                await asyncio.wait((self._next_answer(),), timeout=LAST_ANSWERS)
            if self._transport.get_write_buffer_size() <= self._app.config.write_ahead:
                self._transport.write(b"".join(self._answers + self._events))
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._ws.close(code=code, message=code.name.lower().encode())
        self._transport.abort()

    # --- in

    async def read(self) -> None:
        """Take commands until the socket closes."""
        while True:
            message = await self._ws.receive()
            self.heard_at = asyncio.get_running_loop().time()
            if self.closing and message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                continue
            if message.type is WSMsgType.TEXT:
                await self._receive(message.data)
            elif message.type is WSMsgType.PING:
                self.push_answer(pong_frame(message.data))
            elif message.type is WSMsgType.BINARY:
                self.refuse(None, Invalid(detail="Frames are text"))
            elif message.type is not WSMsgType.PONG:
                return

    async def _receive(self, text: str) -> None:
        """Begin one command. Waits while too many are unanswered or the client does not read, so that it slows down."""
        frame = self.decode(text)
        if frame is None:
            return
        if wait := self._app.admission.user_wait(self.actor):
            self.answer(frame.id, encode_refusal(TooManyRequests(retry_after=round(wait, 3))))
            return
        if own := OWN.get(type(frame.command)):
            await self._answer_ourselves(frame, own)
            return
        while self._pending >= self._app.config.pending_commands or (self.clogged_at and self._pending):
            await self._next_answer()
        if isinstance(frame.command, Sync) and not await self._has_topics(frame):
            return
        self._begin(frame)

    async def _has_topics(self, frame: Frame) -> bool:
        """Before a sync: hear all that concerns the person, so that nothing falls between it and the events after."""
        try:
            await self._app.membership.align(self)
            await self._app.usage.ask_status(self)
        except Exception as error:
            self.answer(frame.id, encode_refusal(failure_of(error, trace_of.get())))
            return False
        return True

    def _begin(self, frame: Frame) -> None:
        """Have a command done, after those before it in the same chat."""
        self._pending += 1
        chat_id: int = getattr(frame.command, "chat_id", 0)
        if not chat_id:
            self._ask([frame], 0)
        elif busy := self._busy_chats.get(chat_id):
            busy.waiting.append(frame)
        else:
            self._busy_chats[chat_id] = BusyChat(frame)
            self._app.hub.ask_soon(self, chat_id)

    def ask_next(self, chat_id: int) -> None:
        """Ask for what comes next in a chat, if anything does."""
        busy = self._busy_chats[chat_id]
        if busy.waiting:
            self._ask(busy.next(), chat_id)
        else:
            del self._busy_chats[chat_id]

    def _ask(self, frames: list[Frame], chat_id: int) -> None:
        crash_point("command_received")
        status = self.status
        may_hide = status is None or status.status is Choice.INVISIBLE
        self._app.bus.ask_in_order(
            [(frame.command, partial(self._answered, frame.id, chat_id)) for frame in frames],
            replace(self.actor, may_hide=True) if may_hide else self.actor,
        )

    def _answered(self, frame_id: int, chat_id: int, encoded: bytes) -> None:
        crash_point("command_answered")
        self.answer(frame_id, encoded)
        self._pending -= 1
        if self._room and not self._room.done():
            self._room.set_result(None)
        busy = self._busy_chats.get(chat_id)
        if busy is None:
            return
        busy.under_way -= 1
        if not busy.under_way:
            self.ask_next(chat_id)

    def _next_answer(self) -> asyncio.Future[None]:
        """Done when a command has been answered."""
        if self._room is None or self._room.done():
            self._room = asyncio.get_running_loop().create_future()
        return self._room

    async def _answer_ourselves(self, frame: Frame, own: "OwnHandler") -> None:
        trace = new_trace()
        try:
            answer = await own(self, frame.command)
        except Exception as error:
            answer = encode_refusal(failure_of(error, trace))
        self.answer(frame.id, answer)

    def decode(self, text: str) -> Frame | None:
        """A frame, or None when it was refused."""
        if len(text) > self._app.config.frame_bytes or len(data := text.encode()) > self._app.config.frame_bytes:
            self.refuse(None, TooLarge(limit=self._app.config.frame_bytes))
            return None
        try:
            return FRAMES.decode(data)
        except BAD_JSON as error:
            self.refuse(_id_of(data), Invalid(detail=explain(error)))
            return None

    def refuse(self, frame_id: int | None, failure: Failure) -> None:
        """Answer a frame that is not the protocol; too many of them end the socket."""
        self.answer(frame_id, encode_refusal(failure))
        self.bad_frames += 1
        if self.bad_frames >= self._app.config.bad_frames:
            self._app.hub.close_soon(self, CloseCode.PROTOCOL_VIOLATION)

    def answer(self, frame_id: int | None, encoded: bytes) -> None:
        """Send an encoded answer to the frame `frame_id` (null when it had none)."""
        numbered = b'{"id":null,' + encoded[1:] if frame_id is None else with_id(frame_id, encoded)
        self.push_answer(text_frame(numbered))

    async def renew(self, command: RenewSession) -> bytes:
        """Stay until the fresh token expires. It must be for the same session."""
        access = await self._app.keys.check(command.access_token)
        if (access.user_id, access.session_id) != (self.actor.user_id, self.actor.session_id):
            raise Refused(Unauthenticated())
        self.expires_at = max(self.expires_at, access.expires_at)
        return encode_reply(RenewedUntil(expires_at=self.expires_at))

    async def ping(self, _command: Ping) -> bytes:
        return encode_reply(Nothing())

    async def set_focus(self, command: FocusSession) -> bytes:
        await self._app.usage.set_focus(self, command)
        return encode_reply(Nothing())

    async def start_typing(self, command: StartTyping) -> bytes:
        await self._app.usage.start_typing(self, command)
        return encode_reply(Nothing())

    async def connect_again(self, _command: Connect) -> bytes:
        raise Refused(Invalid(detail="This socket is connected already"))

    def expired(self) -> bool:
        """Whether the access token's time is over."""
        return now_ms() > self.expires_at

    def open(self) -> None:
        """From now on events go out; those that came meanwhile follow the answer to `connect`."""
        self.opened = True
        self._schedule()

    async def first_message(self) -> WSMessage:
        """What the client says first."""
        return await self._ws.receive()


OwnHandler = Callable[[Socket, Any], Awaitable[bytes]]

OWN: dict[type[Command[Any]], OwnHandler] = {
    RenewSession: Socket.renew,
    Ping: Socket.ping,
    Connect: Socket.connect_again,
    FocusSession: Socket.set_focus,
    StartTyping: Socket.start_typing,
}
"""The commands that the gateway answers itself."""


def _id_of(data: bytes) -> int | None:
    try:
        return FRAME_HEADS.decode(data).id
    except BAD_JSON:
        return None
