"""One WebSocket: commands out, answers and events in. It does not reconnect; that is the client's."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp
import msgspec
from aiohttp import ClientWSTimeout, WSMsgType

from dialog.protocol.base import Command, Event, Refused
from dialog.protocol.connection import SUBPROTOCOL, Connected, Draining, Ping
from dialog.protocol.frames import ENCODER, SERVER_FRAMES, ServerFrame

from .door import reply_decoder
from .errors import ConnectionLost, refusal

R = TypeVar("R")

OPEN_SECONDS = 10.0
CALL_SECONDS = 10.0
SYNC_SECONDS = 30.0
"""Its answer may be a megabyte, which takes a slow line a while."""
PING_SECONDS = 3.0
CLOSE_SECONDS = 1.0
PATIENCE = 10.0
"""Seconds beyond the gateway's heartbeat that nothing may be heard before it is asked whether it is there."""
MAX_FRAME = 16 * 1024 * 1024
KEPT_EVENTS = 10_000
ABNORMAL = 1006
"""The close code of a connection that ended without one."""


class Socket:
    """A WebSocket to a gateway.

    Events are kept back until `release`, so that the client can first apply the sync they come after.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse[Any], hear: Callable[[Event], None]) -> None:
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The close code, once it is over."""
        self.worn_out: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when another socket should take over from this one, which still works."""
        self.unreadable = 0
        """Frames that this client could not decode: of a newer server, or of a broken one."""
        self.heartbeat = 25.0
        self._ws = ws
        self._hear = hear
        self._kept: list[Event] | None = []
        self._timer: asyncio.TimerHandle | None = None
        self._pending: dict[int, asyncio.Future[ServerFrame | None]] = {}
        self._slots = asyncio.Semaphore(8)
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._tasks = {asyncio.create_task(self._read())}

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, hear: Callable[[Event], None]) -> "Socket":
        """Connect to `{url}/ws`. Raises ConnectionLost, with `retry_after` if the gateway says when to come back."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                ws = await http.ws_connect(
                    f"{url}/ws",
                    protocols=(SUBPROTOCOL,),
                    autoping=False,  # pings are to be seen: they are a sign of life
                    compress=0,
                    max_msg_size=MAX_FRAME,
                    timeout=ClientWSTimeout(ws_close=CLOSE_SECONDS),  # pyright: ignore[reportCallIssue] - an attrs class it cannot read
                    decode_text=False,
                )
        except aiohttp.WSServerHandshakeError as error:
            wait = _seconds(error.headers.get("Retry-After") if error.headers else None)
            raise ConnectionLost(f"no WebSocket: HTTP {error.status}", retry_after=wait) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ConnectionLost(f"cannot connect: {error!r}") from None
        socket = cls(ws, hear)
        if ws.protocol != SUBPROTOCOL:
            await socket.close()
            raise ConnectionLost(f"the server does not speak {SUBPROTOCOL}")
        return socket

    def welcome(self, connected: Connected) -> None:
        """Go by what the gateway said of itself, and from now on watch whether it is there."""
        self.heartbeat = connected.heartbeat
        self._slots = asyncio.Semaphore(max(1, connected.limits.pending_commands))
        self._tasks.add(asyncio.create_task(self._watch()))

    # --- out

    async def call(self, command: Command[R], *, timeout: float = CALL_SECONDS) -> R:  # noqa: ASYNC109 - a promise of the API
        """Give a command. Raises Refused; ConnectionLost when the outcome is unknown."""
        try:
            async with asyncio.timeout(timeout), self._slots:
                frame = await self._ask(command)
        except TimeoutError:
            raise ConnectionLost(f"no answer within {timeout} s") from None
        if frame.refused:
            raise refusal(frame.refused)
        return reply_decoder(type(command)).decode(frame.reply)

    async def _ask(self, command: Command[Any]) -> ServerFrame:
        if self.ended.done():
            raise self._lost()
        number = next(self._numbers)
        answer = self._pending[number] = self._loop.create_future()
        try:
            frame = b'{"id":%d,"command":%b}' % (number, ENCODER.encode(command))
            await self._ws.send_frame(frame, WSMsgType.TEXT)
            told = await answer
        except (aiohttp.ClientError, OSError):
            self._end(ABNORMAL)
            raise self._lost() from None
        finally:
            self._pending.pop(number, None)
        if told is None:
            raise self._lost()
        return told

    def _lost(self) -> ConnectionLost:
        code = self.ended.result()
        return ConnectionLost(f"the connection was closed ({code})", code=code)

    # --- in

    async def _read(self) -> None:
        """Take frames until the socket closes."""
        ws = self._ws
        while True:
            message = await ws.receive()
            self._heard_at = self._loop.time()
            if message.type is WSMsgType.TEXT:
                self._take(message.data)
            elif message.type is WSMsgType.PING:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    await ws.pong(message.data)
            elif message.type not in (WSMsgType.PONG, WSMsgType.BINARY):
                break
        self._end(ws.close_code or ABNORMAL)

    def _take(self, data: bytes) -> None:
        try:
            frame = SERVER_FRAMES.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1
            return
        if frame.event is not None:
            self._take_event(frame.event)
        elif frame.id is not None:
            pending = self._pending.get(frame.id)
            if pending and not pending.done():
                pending.set_result(frame)

    def _take_event(self, event: Event) -> None:
        if isinstance(event, Draining):
            delay = random.uniform(0, event.within)  # noqa: S311 - jitter, no secret
            self._timer = self._timer or self._loop.call_later(delay, self.wear_out)
        elif self._kept is None:
            self._hear(event)
        elif len(self._kept) <= KEPT_EVENTS:
            self._kept.append(event)

    def hold(self) -> None:
        """Keep events back from now on: a sync begins."""
        if self._kept is None:
            self._kept = []

    def release(self) -> bool:
        """Hand over the events kept back, and later ones at once. False when there were too many to keep them all."""
        kept, self._kept = self._kept or [], None
        for event in kept[:KEPT_EVENTS]:
            self._hear(event)
        return len(kept) <= KEPT_EVENTS

    def mute(self) -> None:
        """Hand over no more events: another socket does."""
        self._hear = _ignore

    # --- life

    def wear_out(self) -> None:
        """Ask for another socket to take over."""
        if not self.worn_out.done():
            self.worn_out.set_result(None)

    async def _watch(self) -> None:
        """End the connection when nothing is heard for too long and a ping gets no answer."""
        while True:
            patience = self._heard_at + self.heartbeat + PATIENCE - self._loop.time()
            if patience > 0:
                await asyncio.sleep(patience)
                continue
            try:
                await self.call(Ping(), timeout=PING_SECONDS)
            except ConnectionLost:
                self._end(ABNORMAL)
                return
            except Refused:
                pass  # an answer is an answer

    def _end(self, code: int) -> None:
        if self.ended.done():
            return
        self.ended.set_result(code)
        if self._timer:
            self._timer.cancel()
        for pending in self._pending.values():
            if not pending.done():
                pending.set_result(None)

    async def retire(self, seconds: float) -> None:
        """Close once the answers under way have come, or after `seconds`. Another socket has taken over."""
        deadline = self._loop.time() + seconds
        try:
            while self._pending and not self.ended.done() and self._loop.time() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close and end what runs for this socket. Raises what the handling of an event raised, which is a bug."""
        try:
            with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._ws.close()
        finally:
            self._end(1000)
            for task in self._tasks:
                task.cancel()
            outcomes = await asyncio.gather(*self._tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome


def _ignore(_event: Event) -> None:
    pass


def _seconds(retry_after: str | None) -> float:
    try:
        return min(300.0, max(0.0, float(retry_after or 0)))
    except ValueError:
        return 0.0
