"""A load generator: a process that holds many sockets and does what it is told over stdin.

python -m bench.generator
"""

import asyncio
import contextlib
import gc
import itertools
import random
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

import msgspec
import uvloop

from . import jobs
from .jobs import JOBS, Answer
from .wire import LightSocket, Lost, Tally, open_socket

TEXT = b"The ferry leaves at ten past six, and the last one back is at eleven; bring a coat."
"""About as long as what people send."""
DRAIN_SECONDS = 10.0
LONGEST_PAUSE = 30.0
FIRST_PAUSE = 0.5
"""Of a client that comes back: random(0, min(longest, first * 2^n)) seconds, as the protocol's page says."""
LINE_BYTES = 1 << 26
CHOICE = (b'{"type":"status.set","status":"auto"}', b'{"type":"status.set","status":"dnd"}')
FOCUS = (b'{"type":"session.focus","focused":false}', b'{"type":"session.focus","focused":true}')
_ENCODER = msgspec.json.Encoder()


class Visitor:
    """A person at one socket, and the `rev` of each chat that they hold."""

    def __init__(self, load: "Load", person: jobs.Person) -> None:
        self._load = load
        self._person = person
        self._held: dict[str, int] = {}
        self._socket: LightSocket | None = None
        self.synced_at = 0.0
        self.lost = asyncio.Event()
        self.busy = False
        """They chose not to be disturbed."""
        self.away = False
        """It was cut off on purpose, and is about to come back."""

    @property
    def socket(self) -> LightSocket:
        if self._socket is None:
            raise Lost("not connected")
        return self._socket

    async def enter(self) -> None:
        """Upgrade, connect, sync. Raises Lost."""
        address = self._load.address
        self._socket = socket = await open_socket(address.host, address.port, self._load.tally)
        self.lost.clear()
        socket.on_loss = self.lost.set
        _reply(await socket.ask(_ENCODER.encode({"type": "connect", "access_token": self._person.token})))
        await self.sync()
        self.away = False
        self.synced_at = perf_counter()

    async def sync(self) -> float:
        """Fetch what is new since what is held, in as many rounds as it takes: seconds of waiting. Raises Lost."""
        more, waited = True, 0.0
        while more:
            begun = perf_counter()
            answer = await self.socket.ask(_ENCODER.encode({"type": "sync", "chats": self._held}))
            waited += perf_counter() - begun
            synced = _reply(answer)
            self._held |= {str(state["chat"]["id"]): state["chat"]["rev"] for state in synced["chats"]}
            more = synced["more"]
        return waited

    def forget(self) -> None:
        """Hold nothing, as on a cold start."""
        self._held = {}

    async def come_back(self) -> None:
        """Wait for the loss of the socket, then try until synced again, with growing random pauses."""
        await self.lost.wait()
        tries, told = 0, 0.0
        while True:
            await asyncio.sleep(told or random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries)))
            try:
                return await self.enter()
            except Lost as lost:
                tries, told = tries + 1, lost.retry_after

    def flee(self) -> None:
        """Be cut off."""
        self.leave()
        self.away = True
        self.lost.set()

    def leave(self) -> None:
        if self._socket:
            self._socket.close()


class Load:
    """All sockets of this process, and the load under way."""

    def __init__(self) -> None:
        self.address = jobs.Address("127.0.0.1", 0)
        self.tally = Tally()
        self._visitors: list[Visitor] = []
        self._stopped = False
        self._opening: asyncio.Task[None] | None = None
        self._chats: dict[LightSocket, int] = {}

    async def perform(self, job: jobs.Job) -> Answer:
        """Do what is asked for. Raises Lost and TimeoutError."""
        actions: dict[type, Callable[[Any], Awaitable[Answer | None]]] = {
            jobs.Address: self._move,
            jobs.Connect: self._connect,
            jobs.ClosedLoop: self._close_loop,
            jobs.OpenLoop: self._open_loop,
            jobs.Flap: self._flap,
            jobs.Read: self._read,
            jobs.Stop: self._stop,
            jobs.Ask: self._ask,
            jobs.SyncAgain: self._sync_again,
            jobs.Return: self._return,
            jobs.Disconnect: self._disconnect,
        }
        return await actions[type(job)](job) or Answer()

    # --- coming and going

    async def _move(self, job: jobs.Address) -> None:
        self.address = job

    async def _connect(self, job: jobs.Connect) -> None:
        doors = asyncio.Semaphore(job.at_once)
        new = [Visitor(self, person) for person in job.people]

        async def enter(visitor: Visitor) -> None:
            async with doors:
                await visitor.enter()

        self._visitors += new
        await asyncio.gather(*(enter(visitor) for visitor in new))

    async def _return(self, job: jobs.Return) -> Answer:
        async with asyncio.timeout(job.seconds):
            await asyncio.gather(*(visitor.come_back() for visitor in self._visitors))
        return Answer(moments=[visitor.synced_at for visitor in self._visitors])

    async def _disconnect(self, _job: jobs.Disconnect) -> None:
        for visitor in self._visitors:
            visitor.leave()
        self._visitors = []
        self._chats = {}

    # --- load

    async def _close_loop(self, job: jobs.ClosedLoop) -> None:
        self._begin(stamped=False)
        for sender in job.senders:
            socket = self._visitors[sender.socket].socket
            self._chats[socket] = sender.chat_id
            socket.on_answer = self._send_next
            for _ in range(sender.outstanding):
                self._send_next(socket)

    def _send_next(self, socket: LightSocket) -> None:
        if not self._stopped:
            socket.send(self._chats[socket], TEXT, perf_counter())

    async def _open_loop(self, job: jobs.OpenLoop) -> None:
        self._begin(stamped=True)
        self._opening = asyncio.create_task(self._keep_sending(job))

    async def _keep_sending(self, job: jobs.OpenLoop) -> None:
        """Latency counts from when a message was due: a generator that falls behind must not make it look shorter."""
        due = perf_counter()
        while not self._stopped:
            due += random.expovariate(job.rate)
            await asyncio.sleep(max(0, due - perf_counter()))
            sender = random.choice(job.senders)
            self.tally.late.append(perf_counter() - due)
            self._visitors[sender.socket].socket.send(sender.chat_id, b"@%.6f %b" % (due, TEXT), due)

    async def _flap(self, job: jobs.Flap) -> None:
        self._stopped = False
        self._opening = asyncio.create_task(self._keep_flapping(job))

    async def _keep_flapping(self, job: jobs.Flap) -> None:
        """One after the other, in the same order again and again, evenly over time."""
        pause = job.every / len(self._visitors)
        due = perf_counter()
        async with asyncio.TaskGroup() as returning:
            for turn, visitor in enumerate(itertools.cycle(self._visitors)):
                due += pause
                await asyncio.sleep(max(0, due - perf_counter()))
                if self._stopped:
                    break
                if visitor.away:
                    continue
                even = turn // len(self._visitors) % 2
                visitor.socket.tell(FOCUS[even])
                self.tally.flaps += 1
                if turn % job.choosing == 0:
                    visitor.busy = not visitor.busy
                    visitor.socket.tell(CHOICE[visitor.busy])
                elif turn % job.leaving == 0:
                    visitor.flee()
                    returning.create_task(visitor.come_back())

    def _begin(self, *, stamped: bool) -> None:
        self._stopped = False
        for visitor in self._visitors:
            visitor.socket.count(stamped=stamped)
        gc.collect()
        gc.freeze()

    async def _read(self, _job: jobs.Read) -> Answer:
        seen, fresh = self.tally, Tally()
        self.tally = fresh
        for visitor in self._visitors:
            visitor.socket.tally = fresh
        if lost := sum(visitor.lost.is_set() and not visitor.away for visitor in self._visitors):
            raise Lost(f"{lost} sockets were closed under load")
        return Answer(
            answered=seen.answered,
            refused=seen.refused,
            delivered=seen.delivered,
            flaps=seen.flaps,
            presences=seen.presences,
            latencies=_milliseconds(seen.latencies),
            received=_milliseconds(seen.received),
            late=_milliseconds(seen.late),
        )

    async def _stop(self, _job: jobs.Stop) -> None:
        self._stopped = True
        if self._opening:
            await self._opening
            self._opening = None
        async with asyncio.timeout(DRAIN_SECONDS):
            while any(visitor.socket.pending for visitor in self._visitors):  # noqa: ASYNC110 (ends in a moment)
                await asyncio.sleep(0.01)

    # --- questions

    async def _ask(self, job: jobs.Ask) -> Answer:
        socket = self._visitors[job.socket].socket
        taken: list[float] = []
        for command in job.commands:
            begun = perf_counter()
            answer = await socket.ask(command.encode())
            taken.append(perf_counter() - begun)
            _reply(answer)
        return Answer(latencies=_milliseconds(taken))

    async def _sync_again(self, job: jobs.SyncAgain) -> Answer:
        visitor = self._visitors[job.socket]
        taken: list[float] = []
        for _ in range(job.times):
            if job.cold:
                visitor.forget()
            taken.append(await visitor.sync())
        return Answer(latencies=_milliseconds(taken))


def _reply(answer: bytes) -> dict[str, Any]:
    """Raises Lost when it is a refusal."""
    decoded = msgspec.json.decode(answer)
    if "reply" not in decoded:
        raise Lost(f"refused: {decoded}")
    return decoded["reply"]


def _milliseconds(seconds: list[float]) -> list[float]:
    return [round(value * 1000, 3) for value in seconds]


async def main() -> None:
    """Do one job after the other until stdin ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    load = Load()
    while line := await reader.readline():
        try:
            answer = await load.perform(JOBS.decode(line))
        except (Lost, TimeoutError) as error:
            answer = Answer(failed=str(error) or "it took too long")
        sys.stdout.buffer.write(_ENCODER.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(main())
