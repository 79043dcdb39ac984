"""Staying connected: one socket after the other, with fresh tokens, for as long as the gateway wants us."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

import aiohttp

from dialog.protocol.accounts import Device, RenewSession
from dialog.protocol.base import Event, Refused, Unauthenticated
from dialog.protocol.connection import CloseCode, Connect, Connected

from .door import new_http_session
from .errors import ConnectionLost, SignedOut, TurnedAway
from .pace import STABLE_SECONDS, Backoff, Pace
from .session import Session, as_lost
from .socket import Socket

FINAL = 4500
"""From this close code on there is no coming back."""
RETIRE_SECONDS = 10.0


class ConnectionStatus(StrEnum):
    OFFLINE = "offline"
    CONNECTING = "connecting"
    SYNCING = "syncing"
    LIVE = "live"
    SIGNED_OUT = "signed_out"
    TURNED_AWAY = "turned_away"


class Connection:
    """Holds a live socket, or is on the way to the next one.

    What it calls: `welcome` with the answer to `connect`, `sync` to come in step on a new socket, `hear` with each
    event, `changed` after each change of `status`.
    """

    def __init__(
        self,
        session: Session,
        device: Device,
        *,
        welcome: Callable[[Connected], None],
        sync: Callable[[Socket], Awaitable[None]],
        hear: Callable[[Event], None],
        changed: Callable[[], None],
    ) -> None:
        self.session = session
        self.status = ConnectionStatus.OFFLINE
        self.count = 0
        """How many times it became live."""
        self.over: ConnectionLost | None = None
        """Why it has ended, once it has."""
        self._device = device
        self._welcome = welcome
        self._sync = sync
        self._hear = hear
        self._changed = changed
        self._http: aiohttp.ClientSession | None = None
        self._socket: Socket | None = None
        self._backoff = Backoff()
        self._pace = Pace()
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def socket(self) -> Socket | None:
        """The socket that is connected and in step, if there is one."""
        socket = self._socket
        return socket if socket and not socket.ended.done() and not self.over else None

    def require_socket(self) -> Socket:
        """The live socket. Raises ConnectionLost."""
        socket = self.socket
        if socket is None:
            raise self.over or ConnectionLost("not connected")
        return socket

    async def run(self, http: aiohttp.ClientSession | None, beside: Callable[[], Awaitable[None]]) -> None:
        """Stay connected, and run `beside`, until cancelled, signed out or turned away."""
        self._http = own = http or new_http_session()
        try:
            async with asyncio.TaskGroup() as group:
                for part in (self._stay_connected, self._renew, beside):
                    group.create_task(_run(part))
        except* SignedOut as ended:
            self.finish(ConnectionStatus.SIGNED_OUT, _first(ended))
        except* TurnedAway as ended:
            self.finish(ConnectionStatus.TURNED_AWAY, _first(ended))
        except* Exception as bug:
            self.finish(ConnectionStatus.OFFLINE, ConnectionLost(f"the client broke: {bug.exceptions[0]!r}"))
            raise
        finally:
            await self._close_sockets()
            if own is not http:
                await own.close()

    def finish(self, status: ConnectionStatus, why: ConnectionLost) -> None:
        """It is over: nothing happens from here on."""
        if self.over is None:
            self.over = why
            self._set_status(status)

    async def _close_sockets(self) -> None:
        if self._socket:
            await self._socket.close()
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)

    def _set_status(self, status: ConnectionStatus) -> None:
        self.status = status
        self._changed()

    # --- one socket after the other

    async def _stay_connected(self) -> None:
        """A new socket takes over from one that still lives only once it is in step."""
        while True:
            socket = await self._next_socket()
            self._retire(self._socket)
            self._socket = socket
            self.count += 1
            since = time.monotonic()
            self._set_status(ConnectionStatus.LIVE)
            await asyncio.wait((socket.ended, socket.worn_out), return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() - since >= STABLE_SECONDS:
                self._backoff.reset()
            if socket.ended.done():
                self._set_status(ConnectionStatus.CONNECTING)
                self._judge(socket.ended.result())
                await socket.close()
                await asyncio.sleep(self._backoff.delay())

    async def _next_socket(self) -> Socket:
        """A socket that is in step, however long that takes. Raises SignedOut, TurnedAway."""
        while True:
            try:
                return await self._attempt()
            except (SignedOut, TurnedAway):
                raise
            except ConnectionLost as lost:
                self._judge(lost.code)
                self._set_status_unless_live(ConnectionStatus.CONNECTING)
                await asyncio.sleep(lost.retry_after + self._backoff.delay())

    async def _attempt(self) -> Socket:
        """Connect and sync once. Raises ConnectionLost."""
        await self._pace.turn()
        self._set_status_unless_live(ConnectionStatus.CONNECTING)
        http = self._http
        assert http is not None  # noqa: S101 - `run` made it
        try:
            token = await self.session.usable_token(http)
        except Refused as refused:
            raise as_lost(refused) from None
        socket = await Socket.open(http, self.session.url, self._hear)
        try:
            await self._enter(socket, token)
        except Refused as refused:
            await socket.close()
            if isinstance(refused.failure, Unauthenticated):
                self.session.expire()
            raise as_lost(refused) from None
        except BaseException:
            await socket.close()
            raise
        return socket

    async def _enter(self, socket: Socket, token: str) -> None:
        connected = await socket.call(Connect(access_token=token, device=self._device))
        socket.welcome(connected)
        self.session.set_clock(connected.now)
        self.session.user, self.session.session_id = connected.user, connected.session_id
        self._welcome(connected)
        self._set_status_unless_live(ConnectionStatus.SYNCING)
        await self._sync(socket)

    def _set_status_unless_live(self, status: ConnectionStatus) -> None:
        if self.socket is None:
            self._set_status(status)

    def _judge(self, code: int | None) -> None:
        """What a close code asks for. Raises SignedOut or TurnedAway when it says not to come back."""
        if code == CloseCode.TOKEN_EXPIRED:
            self.session.expire()
        elif code == CloseCode.SIGNED_OUT:
            raise SignedOut("this session was signed out", code=code)
        elif code is not None and code >= FINAL:
            raise TurnedAway(f"the gateway turned us away ({code})", code=code)

    def _retire(self, socket: Socket | None) -> None:
        """Let what is under way on the socket before come to its end."""
        if socket and not socket.ended.done():
            socket.mute()
            task = asyncio.create_task(socket.retire(RETIRE_SECONDS))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    # --- tokens

    async def _renew(self) -> None:
        """Give the socket a new access token before the old one ends. Raises SignedOut."""
        backoff = Backoff()
        while True:
            socket, wait = self.socket, self.session.seconds_to_renewal()
            if socket is None or wait > 0:
                await asyncio.sleep(max(wait, 1.0))  # who is not connected sees to a token when connecting
                continue
            try:
                token = await self.session.refresh(self._http)
                await socket.call(RenewSession(access_token=token))
            except SignedOut:
                raise
            except (Refused, ConnectionLost):
                await asyncio.sleep(backoff.delay())
            else:
                backoff.reset()


async def _run(part: Callable[[], Awaitable[None]]) -> None:
    await part()


def _first(group: BaseExceptionGroup[ConnectionLost]) -> ConnectionLost:
    error = group.exceptions[0]
    return error if isinstance(error, ConnectionLost) else _first(error)
