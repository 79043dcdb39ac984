"""Commands on the bus, in packets: what is asked in one turn of the event loop travels as one message, and so do the
answers that become ready in one turn.

Each call keeps its own deadline and each answer comes as soon as it is there; only the travelling is shared. That
matters because a message on NATS costs many times what a command in it does.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import msgspec
import nats.errors
from msgspec import Raw, Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import Histogram

from .crash import crash_point
from .log import get_logger, trace_of
from .protocol.base import Actor, TooLarge, Unavailable
from .protocol.frames import ENCODER, encode_refusal

PACKET_CALLS = 128
PACKET_BYTES = 512 * 1024
SWEEP = 0.25
"""Seconds between two looks for calls whose time is over."""
NO_RESPONDERS = "503"
UNAVAILABLE = encode_refusal(Unavailable())

Done = Callable[[bytes], None]
Asked = tuple[bytes, str, Done]
"""An encoded command, its trace, and who gets the answer."""
Answer = Callable[[Actor, bytes, str], Awaitable[tuple[bytes, str]]]
"""Answers an encoded command of somebody under a trace: the encoded answer and how it went (`ok` or a status)."""

_log = get_logger()
_seconds = Histogram("dialog_command_seconds", "Handled commands", ["command", "status"])


class Call(Struct, frozen=True, array_like=True):
    """One command on its way. Who asks stands beside the command, where only the gateway writes."""

    id: int
    user_id: int
    session_id: int
    address: str
    trace: str
    seconds: float
    """How long the caller waits."""
    command: Raw
    may_hide: bool = False


class Answered(Struct, frozen=True, array_like=True):
    """An encoded answer to the call `id`."""

    id: int
    answer: Raw


_CALLS = msgspec.json.Decoder(list[Call])
_ANSWERS = msgspec.json.Decoder(list[Answered])


class Hearer:
    """Gives nats-py a subscription without a queue and a task of its own: messages are handled as they are read.

    It stands in for the future that nats-py completes with each message of a subscription made with `future=`. So
    messages of all subscriptions are handled in the order in which they came.
    """

    __slots__ = ("_hear",)

    def __init__(self, hear: Callable[[Msg], None]) -> None:
        self._hear = hear

    def cancelled(self) -> bool:
        """Never: it hears until it is unsubscribed."""
        return False

    def set_result(self, message: Msg) -> None:
        """A message has come. What goes wrong with it must not reach the connection."""
        try:
            self._hear(message)
        except Exception:
            _log.exception("message not handled", subject=message.subject)


class Sender:
    """Gathers what is to be sent to each subject and sends it in the next turn of the loop."""

    def __init__(self, send: Callable[[str, list[Any]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: dict[str, list[Any]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def add(self, subject: str, *items: Any) -> None:
        """Send `items` to `subject` in one message, together with what else goes there now."""
        if not self._waiting:
            task = asyncio.create_task(self._send_all())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        self._waiting.setdefault(subject, []).append(items)

    async def _send_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for subject, items in waiting.items():
            for packet in packets(items):
                await self._send(subject, packet)

    async def sent(self) -> None:
        """Return when everything added so far has been sent."""
        while self._waiting or self._sending:
            await asyncio.sleep(0)
            if self._sending:
                await asyncio.wait(self._sending)


def packets(groups: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Calls or answers in as few messages as their number and size allow; what was added together stays together."""
    cut: list[list[Any]] = []
    size = PACKET_BYTES
    for group in groups:
        weight = sum(len(memoryview(item.command if isinstance(item, Call) else item.answer)) for item in group)
        if size + weight > PACKET_BYTES or len(cut[-1]) + len(group) > PACKET_CALLS:
            cut.append([])
            size = 0
        cut[-1] += group
        size += weight
    return cut


class Caller:
    """Asks other processes, and gives each answer to whom it concerns."""

    def __init__(self, client: Client, seconds: float) -> None:
        self._client = client
        self._seconds = seconds
        self._inbox = f"_INBOX.{uuid4().hex}"
        self._numbers = 0
        self._pending: dict[int, tuple[float, Done]] = {}
        self._packets: dict[str, list[int]] = {}
        """Which calls went out under which reply subject, for when nobody is there to answer."""
        self._sender = Sender(self._send)
        self._sweeping = False

    async def start(self) -> None:
        """Be ready for answers."""
        await self._client.subscribe(f"{self._inbox}.*", future=Hearer(self._hear))  # pyright: ignore[reportArgumentType]

    def ask(self, tag: str, actor: Actor, *asked: Asked) -> None:
        """Ask for commands of one type to be begun in this order.

        Each `done` gets its encoded answer, exactly once and within the deadline.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._seconds
        calls: list[Call] = []
        for command, trace, done in asked:
            self._numbers += 1
            self._pending[self._numbers] = (deadline, done)
            calls.append(
                Call(
                    self._numbers,
                    actor.user_id,
                    actor.session_id,
                    actor.address,
                    trace,
                    self._seconds,
                    Raw(command),
                    actor.may_hide,
                )
            )
        self._sender.add(f"cmd.{tag}", *calls)
        if not self._sweeping:
            self._sweeping = True
            loop.call_later(SWEEP, self._sweep)

    async def _send(self, subject: str, calls: list[Call]) -> None:
        numbers = [call.id for call in calls]
        reply = f"{self._inbox}.{numbers[0]}"
        self._packets[reply] = numbers
        try:
            await self._client.publish(subject, ENCODER.encode(calls), reply=reply)
        except (nats.errors.Error, OSError):
            self._give_up(reply)

    def _hear(self, message: Msg) -> None:
        if not message.data and (message.headers or {}).get("Status") == NO_RESPONDERS:
            self._give_up(message.subject)
            return
        for answered in _ANSWERS.decode(message.data):
            self._settle(answered.id, bytes(answered.answer))

    def _give_up(self, reply: str) -> None:
        for number in self._packets.pop(reply, ()):
            self._settle(number, UNAVAILABLE)

    def _settle(self, number: int, answer: bytes) -> None:
        waiting = self._pending.pop(number, None)
        if waiting:
            waiting[1](answer)

    def _sweep(self) -> None:
        """Answer what has waited too long. All wait equally long, so the oldest are the first."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        overdue: list[int] = []
        for number, (deadline, _) in self._pending.items():
            if deadline > now:
                break
            overdue.append(number)
        for number in overdue:
            self._settle(number, UNAVAILABLE)
        oldest = next(iter(self._pending), None)
        for reply, numbers in list(self._packets.items()):
            if oldest is not None and numbers[-1] >= oldest:
                break
            del self._packets[reply]
        self._sweeping = bool(self._pending)
        if self._sweeping:
            loop.call_later(SWEEP, self._sweep)


class Answerer:
    """Does what other processes ask, each command in a task of its own."""

    def __init__(self, client: Client, *, at_once: int) -> None:
        self._client = client
        self._at_once = at_once
        self._running: dict[asyncio.Task[None], float] = {}
        self._sender = Sender(self._send)
        self._sweeping = False
        self._observers: dict[tuple[str, str], Any] = {}

    def hear(self, name: str, answer: Answer, message: Msg) -> None:
        """Begin all calls of a packet; beyond `at_once` they are refused rather than queued."""
        loop = asyncio.get_running_loop()
        for call in _CALLS.decode(message.data):
            if len(self._running) >= self._at_once:
                self._sender.add(message.reply, Answered(call.id, Raw(UNAVAILABLE)))
                continue
            task = loop.create_task(self._answer(name, answer, call, message.reply))
            self._running[task] = loop.time() + call.seconds
            task.add_done_callback(self._ended)
        if not self._sweeping and self._running:
            self._sweeping = True
            loop.call_later(SWEEP, self._sweep)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]

    async def _answer(self, name: str, answer: Answer, call: Call, reply: str) -> None:
        """Answer one call, and write its log line."""
        started = time.perf_counter()
        trace_of.set(call.trace)
        actor = Actor(user_id=call.user_id, session_id=call.session_id, address=call.address, may_hide=call.may_hide)
        try:
            encoded, status = await answer(actor, bytes(call.command), call.trace)
        except asyncio.CancelledError:  # its time is over
            encoded, status = UNAVAILABLE, "unavailable"
        self._sender.add(reply, Answered(call.id, Raw(encoded)))
        seconds = time.perf_counter() - started
        self._observe(name, status, seconds)
        log = _log.debug if name.startswith("internal.") and status == "ok" else _log.info
        log("handled", command=name, status=status, ms=round(seconds * 1000, 1), user=call.user_id)

    def _observe(self, name: str, status: str, seconds: float) -> None:
        observer = self._observers.get((name, status))
        if observer is None:
            observer = self._observers[name, status] = _seconds.labels(name, status)
        observer.observe(seconds)

    async def _send(self, reply: str, answers: Sequence[Answered]) -> None:
        crash_point("before_reply")
        try:
            await self._publish(reply, answers)
            crash_point("after_reply")
        except (nats.errors.Error, OSError) as error:
            _log.warning("answers lost", error=repr(error), calls=len(answers))  # their callers' deadlines tell them

    async def _publish(self, reply: str, answers: Sequence[Answered]) -> None:
        try:
            await self._client.publish(reply, ENCODER.encode(answers))
        except nats.errors.MaxPayloadError:
            too_large = Raw(encode_refusal(TooLarge(limit=self._client.max_payload)))
            await self._client.publish(reply, ENCODER.encode([Answered(one.id, too_large) for one in answers]))

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task, deadline in self._running.items():
            if deadline <= now:
                self._running[task] = float("inf")  # once is enough
                task.cancel()
        self._sweeping = bool(self._running)
        if self._sweeping:
            loop.call_later(SWEEP, self._sweep)

    async def finish(self, within: float) -> None:
        """Let what is under way end, and its answers be sent."""
        if self._running:
            await asyncio.wait(list(self._running), timeout=within)
        await self._sender.sent()
