"""What this machine can do at best, measured in the same run: writes to bare WebSockets, and bare transactions.

`python -m bench.limits` is the process that writes; those who read sit in the one that started it.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import perf_counter, process_time
from typing import Any

import asyncmy
import msgspec
import uvloop
from aiohttp import web

from deploy.local.settings import ROOT, any_free_port
from dialog.db import connection_arguments
from dialog.protocol.connection import SUBPROTOCOL
from services.gateway.websocket_frames import text_frame

from .figures import Figure, Scenario, middle
from .machine import sample
from .rig import Failed, Rig
from .wire import Lost, Tally, open_socket

AIOHTTP_WRITE = "one frame by aiohttp's send_str"
BARE_WRITE = "one bare frame in one write"
JOINED_WRITE = "ten frames in one write, each"
LONE_COMMIT = "transaction of one message"
BATCH_RATE = "one batched INSERT transaction after the other"
BATCH_CPU = "mariadb CPU per message in a batch"

SOCKETS = 100
ROUNDS = 500
REPEATS = 5
JOINED = 10
PAYLOAD = b'{"event":{"type":"message.posted"' + b"x" * 370
"""As long as the event of a short message."""
READY_SECONDS = 20
BATCH = 64
TRANSACTIONS = 60

_SCRATCH = (
    "CREATE OR REPLACE DATABASE dialog_bench",
    "CREATE TABLE dialog_bench.messages LIKE dialog_chat.messages",
    "CREATE TABLE dialog_bench.outbox LIKE dialog_chat.outbox",
)
_MESSAGES = "INSERT INTO dialog_bench.messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at) VALUES "
_OUTBOX = "INSERT INTO dialog_bench.outbox (id, events, created_at) VALUES "


# ------------------------------------------------------------------------------------------------ writing to sockets


class Writes(msgspec.Struct):
    """Microseconds of CPU per frame, once per repeat."""

    aiohttp: list[float] = []
    bare: list[float] = []
    joined: list[float] = []


class Writer:
    """A server of bare WebSockets that writes to all of them once all are there."""

    def __init__(self) -> None:
        self._sockets: list[tuple[web.WebSocketResponse, asyncio.Transport]] = []
        self.all_here = asyncio.Event()

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        """Hold a socket until it closes."""
        ws = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False)
        await ws.prepare(request)
        if request.transport is not None:
            self._sockets.append((ws, request.transport))
        if len(self._sockets) == SOCKETS:
            self.all_here.set()
        await ws.receive()
        return ws

    async def measure(self) -> Writes:
        """Everything, by turns."""
        frame, text = text_frame(PAYLOAD), PAYLOAD.decode()
        found = Writes()
        for _ in range(REPEATS):
            found.aiohttp.append(await self._through_aiohttp(text))
            found.bare.append(await self._by(lambda transport: transport.write(frame), 1))
            found.joined.append(await self._by(lambda transport: transport.write(frame * JOINED), JOINED))
        return found

    async def _through_aiohttp(self, text: str) -> float:
        begun = process_time()
        for _ in range(ROUNDS):
            for ws, _transport in self._sockets:
                await ws.send_str(text)
            await asyncio.sleep(0)
        return (process_time() - begun) / (ROUNDS * SOCKETS) * 1e6

    async def _by(self, write: Callable[[asyncio.Transport], None], frames: int) -> float:
        begun = process_time()
        for _ in range(ROUNDS // frames):
            for _ws, transport in self._sockets:
                write(transport)
            await asyncio.sleep(0)
        return (process_time() - begun) / (ROUNDS * SOCKETS) * 1e6


async def serve(port: int) -> None:
    """Wait for all sockets, measure, print."""
    writer = Writer()
    app = web.Application()
    app.router.add_get("/ws", writer.accept)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with asyncio.timeout(READY_SECONDS):
        await writer.all_here.wait()
    sys.stdout.buffer.write(msgspec.json.encode(await writer.measure()))


@asynccontextmanager
async def _writer(port: int) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.limits", str(port), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        yield process
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _writes() -> Writes:
    port, tally = any_free_port(), Tally()
    async with _writer(port) as process:
        deadline = perf_counter() + READY_SECONDS
        sockets = [await _first(port, tally, deadline)]
        sockets += [await open_socket("127.0.0.1", port, tally) for _ in range(SOCKETS - 1)]
        for socket in sockets:
            socket.count(stamped=False)
        if process.stdout is None:
            raise Failed("the writer has no stdout")
        found = msgspec.json.decode(await process.stdout.read(), type=Writes)
    for socket in sockets:
        socket.close()
    return found


async def _first(port: int, tally: Tally, deadline: float) -> Any:
    """The first socket, as soon as the writer listens. Raises Lost."""
    while True:
        try:
            return await open_socket("127.0.0.1", port, tally)
        except Lost:
            if perf_counter() > deadline:
                raise
            await asyncio.sleep(0.05)


# ------------------------------------------------------------------------------------------------------ transactions


async def _transactions(rig: Rig, size: int) -> tuple[list[float], float]:
    """Seconds of each transaction of `size` messages and an outbox row, as durable as ever; the server's CPU in all."""
    connection = await asyncmy.connect(**connection_arguments(rig.servers.mysql_url("admin")), autocommit=True)
    text, taken = "x" * 80, list[float]()
    try:
        async with connection.cursor() as cursor:
            for statement in _SCRATCH:
                await cursor.execute(statement)
            before = sample()
            for number in range(TRANSACTIONS):
                begun = perf_counter()
                await cursor.execute(_transaction(number, size, text))
                while await cursor.nextset():
                    pass
                taken.append(perf_counter() - begun)
            after = sample()
    finally:
        connection.close()
    [pid] = [pid for pid, part in after.parts.items() if part == "mariadb"]
    return sorted(taken), after.cpu[pid] - before.cpu[pid]


def _transaction(number: int, size: int, text: str) -> str:
    """One packet. The outbox row is as long as the events of the messages."""
    rows = ", ".join(
        f"(1, {seq}, {seq}, 1, '0199{secrets.token_hex(4)}{seq:012}', 'text', '{text}', 1)"
        for seq in range(number * size + 1, (number + 1) * size + 1)
    )
    events = "x" * (400 * size)
    return f"START TRANSACTION; {_MESSAGES} {rows}; {_OUTBOX} ({number + 1}, '{events}', 1); COMMIT"


async def limits(rig: Rig) -> list[Figure]:
    """Writes to bare WebSockets, and bare transactions from one connection."""
    writes = await _writes()
    lone, _ = await _transactions(rig, 1)
    batched, cpu = await _transactions(rig, BATCH)
    return [
        middle(AIOHTTP_WRITE, writes.aiohttp, "µs"),
        middle(BARE_WRITE, writes.bare, "µs"),
        middle(JOINED_WRITE, writes.joined, "µs"),
        middle(LONE_COMMIT, [value * 1000 for value in lone], "ms"),
        Figure(BATCH_RATE, TRANSACTIONS * BATCH / sum(batched), "/s"),
        Figure(BATCH_CPU, cpu / (TRANSACTIONS * BATCH) * 1e6, "µs"),
    ]


SCENARIOS = (Scenario("limits", f"what this machine can do at best; batches of {BATCH}", limits),)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
