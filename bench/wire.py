"""A light WebSocket client: it does the handshake itself and reads no more of a frame than a load needs.

While people come in, frames are read one by one. Under load they are only counted, by the bytes that every event or
answer begins with: a machine that also runs the servers has no time to decode what nobody looks at.
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from time import perf_counter
from typing import cast

from dialog.protocol.connection import SUBPROTOCOL

POSTED = b'{"event":{"type":"message.posted"'
PRESENCE = b'{"event":{"type":"presence.changed"'
ANSWER = b'{"id":'
PING = b"\x89\x00"
PONG = b"\x8a\x80\x00\x00\x00\x00"
STAMP = b'"text":"@'
"""Before the moment at which a message was due, in a text of the open loop."""

_UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {{key}}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
)
_KEY = "ZGlhbG9nIGJlbmNobWFyaw=="


class Lost(Exception):
    """The connection is gone, or was never granted; the text says why, `retry_after` when to come back."""

    def __init__(self, why: str, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Tally:
    """What the sockets of this process have seen since it was last read."""

    def __init__(self) -> None:
        self.answered = 0
        self.refused = 0
        self.delivered = 0
        self.presences = 0
        self.flaps = 0
        self.latencies: list[float] = []
        """Seconds from sending (in an open loop: from when it was due) to the answer."""
        self.received: list[float] = []
        """Open loop: seconds from when a message was due to an event of it."""
        self.late: list[float] = []
        """Open loop: seconds by which a message was sent too late, for want of time in this process."""


def masked(payload: bytes) -> bytes:
    """A text frame from a client. The mask is all zeros: the server unmasks as ever, and we need not mask."""
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((0x80 | size,)) + b"\0\0\0\0" + payload
    if size < 65536:
        return b"\x81\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0" + payload
    return b"\x81\xff" + size.to_bytes(8, "big") + b"\0\0\0\0" + payload


class LightSocket(asyncio.Protocol):
    """A connection to the gateway. `take` is how it reads what comes: `_shake`, `_frame`, `_count` or `_stamp`."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.take: Callable[[bytes], None] = self._shake
        self.pending: dict[int, float] = {}
        """When each command under load was sent, by its id."""
        self.on_answer: Callable[[LightSocket], None] | None = None
        """Called when a command under load is answered."""
        self.on_loss: Callable[[], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ids = itertools.count(1)
        self._nonce = f"0199{secrets.token_hex(2)}-{secrets.token_hex(2)}-7{secrets.token_hex(1)}0-8000-".encode()

    # --- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(_UPGRADE.format(key=_KEY).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        waiting = [*self._asked.values(), self._upgraded]
        for future in waiting:
            if not future.done():
                future.set_exception(Lost(str(exc or "closed")))
                future.exception()  # nobody may be waiting
        if self.on_loss:
            self.on_loss()

    def data_received(self, data: bytes) -> None:
        self.take(data)

    async def upgraded(self) -> None:
        """Wait for the handshake. Raises Lost."""
        await self._upgraded

    def close(self) -> None:
        self.on_loss = None
        if self._transport:
            self._transport.abort()

    def _write(self, frame: bytes) -> None:
        if self._transport:
            self._transport.write(frame)

    # --- commands

    async def ask(self, command: bytes) -> bytes:
        """The answer frame to a command; events are dropped meanwhile. Raises Lost."""
        number = next(self._ids)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self._write(masked(b'{"id":%d,"command":%b}' % (number, command)))
        return await future

    def tell(self, command: bytes) -> None:
        """Give a command whose answer nobody waits for."""
        self._write(masked(b'{"id":%d,"command":%b}' % (next(self._ids), command)))

    def send(self, chat_id: int, text: bytes, due: float) -> None:
        """Post a message and count its answer from `due` on."""
        number = next(self._ids)
        self.pending[number] = due
        self._write(
            masked(
                b'{"id":%d,"command":{"type":"message.send","chat_id":%d,"nonce":"%b%012x","text":"%b"}}'
                % (number, chat_id, self._nonce, number, text)
            )
        )

    def count(self, *, stamped: bool) -> None:
        """From now on only count; `stamped`: and read in every message when it was due."""
        self.take = self._stamp if stamped else self._count

    # --- what comes

    def _shake(self, data: bytes) -> None:
        head, end, rest = (self._rest + data).partition(b"\r\n\r\n")
        if not end:
            self._rest = head
            return
        status = head.split(b" ", 2)[1]
        if status != b"101":
            if not self._upgraded.done():
                self._upgraded.set_exception(Lost(f"refused with {status.decode()}", _retry_after(head)))
            self.close()
            return
        self._rest = b""
        self.take = self._frame
        self._upgraded.set_result(None)
        if rest:
            self._frame(rest)

    def _frames(self, data: bytes) -> list[bytes]:
        """The payloads of the whole text frames that have come; what is left waits for the rest."""
        data = self._rest + data
        found: list[bytes] = []
        at = 0
        while len(data) - at >= 2:
            size, head = data[at + 1] & 127, 2
            if size > 125:
                head = 4 if size == 126 else 10
                size = int.from_bytes(data[at + 2 : at + head], "big")
            if len(data) - at < head + size:
                break
            if data[at] == 0x81:
                found.append(data[at + head : at + head + size])
            elif data[at] == 0x89:
                self._write(PONG)
            at += head + size
        self._rest = data[at:]
        return found

    def _frame(self, data: bytes) -> None:
        for payload in self._frames(data):
            if payload.startswith(ANSWER):
                number = int(payload[len(ANSWER) : payload.index(b",")])
                future = self._asked.pop(number, None)
                if future and not future.done():
                    future.set_result(payload)
            elif payload.startswith(PRESENCE):
                self.tally.presences += 1

    def _count(self, data: bytes) -> None:
        """What is kept of `data` is too short to hold a whole beginning of an event, so none is counted twice."""
        data = self._rest + data
        self._rest = data[1 - len(POSTED) :]
        self.tally.delivered += data.count(POSTED)
        if self.pending:
            at = data.find(ANSWER)
            while at >= 0:
                end = data.find(b",", at)
                if end < 0 or len(data) < end + 5:
                    break
                self._answered(int(data[at + len(ANSWER) : end]), data[end + 2 : end + 5])
                at = data.find(ANSWER, end)
        if PING in data:  # no frame of text holds these bytes
            self._write(PONG)

    def _stamp(self, data: bytes) -> None:
        now = perf_counter()
        for payload in self._frames(data):
            if payload.startswith(POSTED):
                self.tally.delivered += 1
                at = payload.find(STAMP) + len(STAMP)
                self.tally.received.append(now - float(payload[at : payload.index(b" ", at)]))
            elif payload.startswith(ANSWER):
                end = payload.index(b",")
                self._answered(int(payload[len(ANSWER) : end]), payload[end + 2 : end + 5])

    def _answered(self, number: int, kind: bytes) -> None:
        """`kind`: the beginning of `reply` or `refused`. An answer that is seen twice counts once."""
        due = self.pending.pop(number, None)
        if due is None:
            return
        if kind == b"ref":
            self.tally.refused += 1
        else:
            self.tally.answered += 1
            self.tally.latencies.append(perf_counter() - due)
        if self.on_answer:
            self.on_answer(self)


def _retry_after(head: bytes) -> float:
    """Seconds, from the head of an HTTP answer; 0 when it does not say."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"retry-after:"):
            return float(line.partition(b":")[2])
    return 0.0


async def open_socket(host: str, port: int, tally: Tally) -> LightSocket:
    """A socket after its handshake. Raises Lost."""
    loop = asyncio.get_running_loop()
    try:
        _, socket = await loop.create_connection(lambda: LightSocket(tally), host, port)
    except OSError as error:
        raise Lost(str(error)) from None
    await socket.upgraded()
    return socket
