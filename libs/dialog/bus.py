"""NATS and nothing else: ask a service (`call`), answer (`serve`), tell sockets (`publish`), tell services (`tell`).

| kind | subject | guarantee |
| --- | --- | --- |
| command | `cmd.<type>`, one of a queue group answers | at most once, within a deadline |
| live event | `live.chat.<id>`, `live.user.<id>` | at most once; clients notice a gap by `rev` |
| fact | `ev.<type>`, JetStream | at least once to each service's durable consumer |
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig

from .calls import Answerer, Caller, Done, Hearer
from .config import Settings
from .crash import crash_point
from .log import get_logger, trace_of
from .protocol import AnyFact
from .protocol.base import Actor, Command, Fact, Failure, Internal, Invalid, Refused, Unavailable, reply_type, tag_of
from .protocol.frames import ANSWERS, ENCODER, REFUSALS, encode_refusal, encode_reply

R = TypeVar("R")

STREAM = "EVENTS"
NOBODY = Actor()

BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding untrusted JSON may raise."""

_log = get_logger()

Handler = Callable[[Actor, Any], Awaitable[Any]]
"""A command handler whose `App` is already bound."""


def new_trace() -> str:
    """Begin a trace: the id that ties together the log lines of all services about one request. It is no secret."""
    trace = f"{random.getrandbits(64):016x}"
    trace_of.set(trace)
    return trace


class Bus:
    """One process's connection to NATS. It reconnects by itself, for ever."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._jetstream = client.jetstream(timeout=settings.command_timeout)
        self._decoders: dict[type, msgspec.json.Decoder[Any]] = {}
        self._caller = Caller(client, settings.command_timeout)
        self._briefly = settings.command_timeout / 2
        self._answerer = Answerer(client, at_once=settings.commands_at_once)
        self._served: list[Subscription] = []
        self.troubles = 0
        """How often events may have been lost: broken connections and overflowing subscriptions."""
        self._closing = False
        self.on_trouble: list[Callable[[], None]] = []
        """Called when that happens, before anything else arrives."""

    @classmethod
    async def connect(cls, settings: Settings, name: str) -> "Bus":
        """Connect, trying for `start_timeout` seconds. Raises nats.errors.Error."""
        client = Client()
        bus = cls(client, settings)
        deadline = time.monotonic() + settings.start_timeout
        while True:
            try:
                await client.connect(settings.nats_url, name=name, **bus._options())
                await bus._caller.start()
                return bus
            except (TimeoutError, OSError, nats.errors.Error):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    def _options(self) -> dict[str, Any]:
        return {
            "error_cb": self._noticed,
            "disconnected_cb": self._disconnected,
            "reconnected_cb": self._reconnected,
            "allow_reconnect": True,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": 0.25,
            "connect_timeout": 2,
            "ping_interval": 2,
            "max_outstanding_pings": 2,
            "pending_size": 0,  # while disconnected a publish fails at once instead of waiting in memory
            "skip_subject_validation": True,
        }

    async def _noticed(self, error: Exception) -> None:
        if isinstance(error, nats.errors.SlowConsumerError):
            self._trouble("bus too slow", subject=error.subject)
        elif self._client.is_connected:
            _log.warning("bus error", error=repr(error))

    async def _disconnected(self) -> None:
        self._trouble("bus disconnected")

    async def _reconnected(self) -> None:
        _log.info("bus reconnected")
        self._trouble("bus was away")

    def _trouble(self, what: str, **details: object) -> None:
        if self._closing:
            return
        self.troubles += 1
        _log.warning(what, **details)
        for told in self.on_trouble:
            told()

    @property
    def connected(self) -> bool:
        """Whether the connection stands, as far as is known."""
        return self._client.is_connected

    async def check(self) -> None:
        """Make a round trip to NATS. Raises when it does not answer within a second."""
        if not self._client.is_connected:
            raise ConnectionError("not connected")
        await self._client.flush(timeout=1)

    # --- commands

    async def call(self, command: Command[R], actor: Actor = NOBODY) -> R:
        """Ask whoever serves this command. Raises Refused, also when nobody answers in time."""
        answer = ANSWERS.decode(await self.forward(command, actor))
        if answer.refused:
            raise Refused(REFUSALS.decode(answer.refused))
        return self._decoder(reply_type(type(command))).decode(answer.reply)

    async def call_briefly(self, command: Command[R], actor: Actor = NOBODY) -> R:
        """Like `call`, for what a handler can do without: who waits for the handler still gets an answer in time."""
        try:
            async with asyncio.timeout(self._briefly):
                return await self.call(command, actor)
        except TimeoutError:
            raise Refused(Unavailable()) from None

    async def forward(self, command: Command[Any], actor: Actor) -> bytes:
        """Like `call`, but the answer stays encoded: `{"reply": …}` or `{"refused": …}`."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.ask(command, actor, lambda encoded: None if answer.done() else answer.set_result(encoded))
        return await answer

    def ask(self, command: Command[Any], actor: Actor, done: Done) -> None:
        """Like `forward`, without waiting: `done` gets the encoded answer, exactly once and within the deadline."""
        trace = trace_of.get() or new_trace()
        self._caller.ask(tag_of(type(command)), actor, (ENCODER.encode(command), trace, done))

    def ask_in_order(self, asked: Sequence[tuple[Command[Any], Done]], actor: Actor) -> None:
        """Like `ask` for commands of one type, each with a trace of its own: one process begins them all, in this
        order. Together they must fit into a packet."""
        tag = tag_of(type(asked[0][0]))
        self._caller.ask(tag, actor, *((ENCODER.encode(command), new_trace(), done) for command, done in asked))

    def _decoder(self, kind: Any) -> msgspec.json.Decoder[Any]:
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = self._decoders[kind] = msgspec.json.Decoder(kind)
        return decoder

    async def serve(self, service: str, kind: type[Command[Any]], handler: Handler) -> None:
        """Answer commands of this kind, sharing them with the other replicas of `service`."""
        answer = partial(_answer, self._decoder(kind), handler)
        hear = Hearer(partial(self._answerer.hear, tag_of(kind), answer))
        self._served.append(await self._subscribe(f"cmd.{tag_of(kind)}", hear, queue=service))

    async def _subscribe(self, subject: str, hear: Hearer, queue: str = "") -> Subscription:
        subscription: Any = await self._client.subscribe(subject, queue=queue, future=hear)  # pyright: ignore[reportArgumentType]
        # nats-py makes a queue of 3.4 KB also where no message enters it; its `drain` knows that there may be none.
        subscription._pending_queue = None  # noqa: SLF001
        return subscription

    # --- live events

    async def publish(self, topic: str, frame: bytes) -> None:
        """Send an encoded event to the sockets on `topic`. Raises nats.errors.Error while disconnected."""
        await self._client.publish(f"live.{topic}", frame)

    async def subscribe(self, topic: str, deliver: Callable[[bytes], None]) -> Subscription:
        """Hear the encoded events of `topic`, one after the other in the order they were published."""

        def hear(message: Msg) -> None:
            deliver(message.data)

        return await self._subscribe(f"live.{topic}", Hearer(hear))

    async def flush(self) -> None:
        """Return once NATS has received all that was published so far. Raises nats.errors.Error, TimeoutError."""
        await self._client.flush(timeout=2)

    # --- facts

    async def tell(self, tag: str, body: bytes, message_id: str) -> None:
        """Store a fact for the services that want it. Returns when JetStream has it; raises nats.errors.Error.

        Also when there is no stream: it is made by those who hear it.
        """
        await self._jetstream.publish(f"ev.{tag}", body, headers={"Nats-Msg-Id": message_id})

    async def _ensure_stream(self) -> None:
        stream = StreamConfig(
            name=STREAM,
            subjects=["ev.>"],
            retention=RetentionPolicy.LIMITS,  # by interest, what is told before its consumer is back would be gone
            storage=StorageType.FILE,
            max_age=self._settings.facts_max_age,
        )
        try:
            await self._jetstream.add_stream(stream)
        except nats.js.errors.BadRequestError:
            await self._jetstream.update_stream(stream)

    async def consume(self, service: str, kind: type[Fact], handle: Callable[[Any], Awaitable[None]]) -> None:
        """Hand every fact of this kind to `handle`, at least once; replicas share them. Runs until cancelled."""
        durable = f"{service}-{tag_of(kind).replace('.', '-')}"
        while True:
            try:
                troubles = self.troubles
                await self._ensure_stream()
                pull = await self._pull(durable, kind)
                while self.troubles == troubles:  # else NATS may have come back without the stream
                    await self._fetch(pull, handle)
            except (TimeoutError, nats.errors.Error, OSError) as error:
                if self.connected:
                    _log.warning("facts interrupted", consumer=durable, error=repr(error))
                await asyncio.sleep(0.5)

    async def _pull(self, durable: str, kind: type[Fact]) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(
            durable_name=durable,
            ack_wait=self._settings.facts_again_after,
            max_deliver=-1,
            filter_subject=f"ev.{tag_of(kind)}",
        )
        await self._jetstream.add_consumer(STREAM, config)
        return await self._jetstream.pull_subscribe_bind(durable, STREAM)

    async def _fetch(self, pull: JetStreamContext.PullSubscription, handle: Callable[[Any], Awaitable[None]]) -> None:
        with contextlib.suppress(nats.errors.TimeoutError):
            for message in await pull.fetch(10, timeout=5):
                new_trace()
                try:
                    crash_point("fact_received")
                    await handle(self._decoder(AnyFact).decode(message.data))
                    crash_point("fact_handled")
                    await message.ack()
                except Refused as refused:
                    _log.warning("fact postponed", reason=str(refused))
                    await message.nak(delay=_delay(message))
                except nats.errors.Error:
                    raise
                except Exception:
                    _log.exception("fact failed", subject=message.subject)
                    await message.nak(delay=_delay(message))

    # --- the end

    async def stop_serving(self, within: float) -> None:
        """Take no new commands, and let those under way finish."""
        with contextlib.suppress(nats.errors.Error, asyncio.TimeoutError):
            async with asyncio.timeout(within):
                await asyncio.gather(*(subscription.drain() for subscription in self._served))
        await self._answerer.finish(within)

    async def close(self) -> None:
        """Send what is waiting and hang up."""
        self._closing = True
        with contextlib.suppress(nats.errors.Error, asyncio.TimeoutError, OSError):
            await asyncio.wait_for(self._client.close(), 2)


def _delay(message: Msg) -> float:
    """Seconds until a fact that could not be handled is delivered again: longer each time, and never given up before
    JetStream forgets it."""
    return min(30.0, 2.0 ** min(message.metadata.num_delivered, 10) / 2)


async def _answer(
    decoder: msgspec.json.Decoder[Any], handler: Handler, actor: Actor, command: bytes, trace: str
) -> tuple[bytes, str]:
    """Decode a command, handle it, encode what comes of it; and how it went."""
    try:
        return encode_reply(await handler(actor, decoder.decode(command))), "ok"
    except Exception as error:
        failure = failure_of(error, trace)
        return encode_refusal(failure), failure.status.value


def failure_of(error: Exception, trace: str) -> Failure:
    """What a client is told about an error of a handler. The one place where exceptions become refusals."""
    match error:
        case Refused():
            return error.failure
        case msgspec.DecodeError() | UnicodeDecodeError() | RecursionError():
            return Invalid(detail=explain(error))
        case TimeoutError():
            return Unavailable()
        case _:
            _log.exception("handler failed", exc_info=error)
            return Internal(trace=trace)


def explain(error: Exception) -> str:
    """Where a request is wrong, without repeating what was in it."""
    if isinstance(error, msgspec.ValidationError):
        text = str(error)
        # "Invalid value 'x'" and "unknown field `x`" quote the input.
        if text.startswith("Invalid value"):
            return "Invalid value" + text[text.rfind(" - at ") :] if " - at " in text else "Invalid value"
        return text[:200]
    return "Not a JSON document in UTF-8"
