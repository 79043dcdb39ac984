"""Which sockets of this process hear which topic: one subscription per topic, one frame per event."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from prometheus_client import Counter, Gauge

from dialog.bus import Bus, Subscription
from dialog.crash import crash_point
from dialog.log import get_logger
from dialog.protocol import DROPPABLE
from dialog.protocol.base import Event
from dialog.protocol.connection import CloseCode
from dialog.protocol.frames import encode_event, event_tag

from .socket import Socket
from .websocket_frames import text_frame

_log = get_logger()
_deliveries = Counter("dialog_gateway_events", "Events received for the sockets of this process")
_sockets = Gauge("dialog_gateway_sockets", "Open sockets")


class Topic:
    """The sockets that hear one topic, and the one subscription behind them."""

    __slots__ = ("asking", "name", "sockets", "subscription")

    def __init__(self, name: str) -> None:
        self.name = name
        self.sockets: set[Socket] = set()
        self.subscription: Subscription | None = None
        self.asking: asyncio.Task[None] | None = None
        """Asks the bus for the subscription; None before and after."""

    def asked(self, asking: asyncio.Task[None]) -> None:
        """The bus has been told, or could not be: whoever waits gets the error, and the next to enter tries again."""
        self.asking = None
        if not asking.cancelled():
            asking.exception()  # nobody may be waiting, which asyncio would complain about


class Hub:
    """All sockets of this process. Everything but subscribing happens without waiting."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._topics: dict[str, Topic] = {}
        self._asking: list[tuple[Socket, int]] = []
        self._dirty: list[Socket] = []
        self._closing: set[asyncio.Task[None]] = set()
        self.sockets: set[Socket] = set()
        self.clogged: set[Socket] = set()
        """Those whose clients have too much to read already."""
        self.sessions: dict[int, tuple[Socket, ...]] = {}
        self.controls: dict[str, Callable[[bytes, Sequence[Socket]], None]] = {}
        """What this process does about an event before its sockets hear it, by the event's type."""
        self.deliverers: dict[str, Callable[[bytes, Iterable[Socket]], None]] = {}
        """Who brings an event of a type to some of its topic's sockets, instead of the hub to all."""
        _sockets.set_function(lambda: len(self.sockets))

    def add(self, socket: Socket) -> None:
        """A socket has said who it is."""
        self.sockets.add(socket)
        session_id = socket.actor.session_id
        self.sessions[session_id] = (*self.sessions.get(session_id, ()), socket)

    def remove(self, socket: Socket) -> None:
        """A socket is gone: it hears nothing more."""
        self.sockets.discard(socket)
        self.clogged.discard(socket)
        session_id = socket.actor.session_id
        left = tuple(one for one in self.sessions.pop(session_id, ()) if one is not socket)
        if left:
            self.sessions[session_id] = left
        for topic in list(socket.topics):
            self.leave(topic, socket)

    def count(self, name: str) -> int:
        """How many sockets hear a topic."""
        topic = self._topics.get(name)
        return len(topic.sockets) if topic else 0

    async def join(self, names: Iterable[str], socket: Socket) -> None:
        """Hear these topics. Returns when the bus has been told of all of them; raises nats.errors.Error."""
        if socket not in self.sockets:
            return  # it has closed meanwhile
        for asking in [self.enter(name, socket) for name in names]:
            if asking:
                await asyncio.shield(asking)  # others may wait for it as well

    def enter(self, name: str, socket: Socket) -> asyncio.Task[None] | None:
        """Hear this topic as soon as the bus has been told. Returns what to wait for, if at all."""
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name)
        if topic.subscription is None and topic.asking is None:
            # The task is stored before anybody waits: two sockets that join at once must not subscribe twice.
            topic.asking = asyncio.create_task(self._subscribe(topic))
            topic.asking.add_done_callback(topic.asked)
        topic.sockets.add(socket)
        socket.topics.add(name)
        return topic.asking

    async def _subscribe(self, topic: Topic) -> None:
        topic.subscription = await self._bus.subscribe(topic.name, partial(self._deliver, topic))

    def leave(self, name: str, socket: Socket) -> None:
        """Hear this topic no more, from this moment on."""
        socket.topics.discard(name)
        topic = self._topics.get(name)
        if topic is None:
            return
        topic.sockets.discard(socket)
        if not topic.sockets:
            del self._topics[name]
            self._keep(asyncio.create_task(_unsubscribe(topic)))

    def _deliver(self, topic: Topic, data: bytes) -> None:
        """An event has come: the same bytes for every socket, written once per socket at the end of this loop turn."""
        crash_point("event_received")
        _deliveries.inc()
        tag = event_tag(data)
        deliverer = self.deliverers.get(tag)
        if deliverer:
            deliverer(data, topic.sockets)
            return
        control = self.controls.get(tag)
        if control:
            control(data, list(topic.sockets))
        frame, droppable = text_frame(data), tag in DROPPABLE
        for socket in topic.sockets:
            socket.push_event(frame, droppable=droppable)

    def tell(self, socket: Socket, event: Event) -> None:
        """An event from the gateway itself, to one socket."""
        socket.push_event(text_frame(encode_event(event)), droppable=False)

    def tell_everyone(self, event: Event) -> None:
        """An event from the gateway itself, to all its sockets."""
        frame = text_frame(encode_event(event))
        for socket in self.sockets:
            socket.push_event(frame, droppable=False)

    def ask_soon(self, socket: Socket, chat_id: int) -> None:
        """Have a socket ask for what it wants done in a chat, at the end of the loop turn: all it has sent by then."""
        if not self._asking:
            asyncio.get_running_loop().call_soon(self._ask)
        self._asking.append((socket, chat_id))

    def _ask(self) -> None:
        asking, self._asking = self._asking, []
        for socket, chat_id in asking:
            socket.ask_next(chat_id)

    def flush_soon(self, socket: Socket) -> None:
        """Write what waits for this socket at the end of the loop turn, together with all that still comes."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._flush)
        self._dirty.append(socket)

    def _flush(self) -> None:
        crash_point("before_write")
        dirty, self._dirty = self._dirty, []
        for socket in dirty:
            socket.flush()
        crash_point("after_write")

    def close_soon(self, socket: Socket, code: CloseCode) -> None:
        """Close a socket without waiting for it."""
        if not socket.closing:
            socket.closing = True
            self._keep(asyncio.create_task(socket.shut(code)))

    async def close_all(self) -> None:
        """Close every socket with 4001, and wait for that."""
        for socket in list(self.sockets):
            self.close_soon(socket, CloseCode.RESTARTING)
        if self._closing:
            await asyncio.wait(self._closing, timeout=5)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _unsubscribe(topic: Topic) -> None:
    try:
        if topic.asking:
            await topic.asking
        # The two hold each other: taken apart here, they are no garbage that has to be looked for.
        subscription, topic.subscription = topic.subscription, None
        if subscription:
            await subscription.unsubscribe()
    except Exception as error:  # the connection is gone, and the subscription with it
        _log.info("not unsubscribed", topic=topic.name, error=type(error).__name__)
