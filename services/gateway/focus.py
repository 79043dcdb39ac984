"""How people use their devices: when they had input, which chat is open, and who is typing in it.

Typing never leaves the process of somebody invisible, and reaches nobody but those who have the chat open. It costs no
statement: who is in a chat, and between whom there is a block, is asked when the chat is opened.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
import nats.errors
from msgspec import Struct

from dialog.bus import Bus
from dialog.cache import LocalLimiter, Rate
from dialog.ids import now_ms
from dialog.protocol.base import Refused
from dialog.protocol.chats import MemberChanged
from dialog.protocol.frames import ENCODER, Told, encode_event
from dialog.protocol.internal import GetChatCircle, GetStatuses
from dialog.protocol.people import RelationChanged
from dialog.protocol.presence import (
    TYPING_EVERY,
    ChatNotOpen,
    Choice,
    ChosenStatus,
    FocusSession,
    StartTyping,
    StatusChanged,
    Typing,
)
from dialog.protocol.settings import SettingsEdited

from .presence import Reporter
from .websocket_frames import text_frame

if TYPE_CHECKING:
    from .hub import Hub
    from .socket import Socket

TELL_AGAIN = 20.0
"""Seconds after which presence hears of fresh input at once, not with the next full report."""
ASK_AGAIN = 300.0
"""Seconds after which it is asked again who is in the open chat."""
RATE = Rate(burst=1, every=TYPING_EVERY)

_EVENTS = msgspec.json.Decoder(Told)


class TypingNotice(Struct, frozen=True):
    """What gateways tell each other: the event, and who of those on the topic must not hear it."""

    event: Typing
    unheard: list[int]


_NOTICES = msgspec.json.Decoder(TypingNotice)


class OpenChat(Struct):
    """The chat that is open on a socket."""

    chat_id: int
    topics: list[str]
    """Where its typing is told; none in a large group."""
    apart: frozenset[int]
    """Those with whom there is a block: neither hears of the other."""
    most: int
    """Members beyond which a group is large."""
    asked_at: float


class Focus:
    """What the client of one socket said about how it is used."""

    __slots__ = ("chat", "input_at")

    def __init__(self) -> None:
        self.chat: OpenChat | None = None
        self.input_at: float | None = None


class Usage:
    """Keeps the focus and the status of the sockets of this process, and passes typing on."""

    def __init__(self, bus: Bus, hub: "Hub", reporter: Reporter) -> None:
        self._bus = bus
        self._hub = hub
        self._reporter = reporter
        self._notices = LocalLimiter()
        hub.controls |= {
            "status.changed": self._note_status,
            "settings.changed": self._note_settings,
            "relation.changed": self._note_relation,
            "member.changed": self._note_size,
        }
        hub.deliverers["typing"] = self._deliver

    # --- statuses

    def learn_status(self, sockets: Iterable["Socket"], status: ChosenStatus) -> None:
        """What the person of these sockets chose to show, unless something newer is known."""
        for socket in sockets:
            if socket.status is None or status.rev >= socket.status.rev:
                socket.status = status

    def _note_status(self, data: bytes, sockets: Sequence["Socket"]) -> None:
        event = _EVENTS.decode(data).event
        if isinstance(event, StatusChanged):
            self.learn_status(sockets, event.status)

    def _note_settings(self, data: bytes, sockets: Sequence["Socket"]) -> None:
        event = _EVENTS.decode(data).event
        if isinstance(event, SettingsEdited):
            for socket in sockets:
                socket.shows_typing = event.settings.typing

    def _note_relation(self, data: bytes, sockets: Sequence["Socket"]) -> None:
        """Where somebody blocks another, from now on neither hears of the other, whatever is open."""
        event = _EVENTS.decode(data).event
        if not isinstance(event, RelationChanged):
            return
        other = {event.relation.user.id}
        for socket in sockets:
            if chat := socket.focus.chat if socket.focus else None:
                chat.apart = chat.apart | other if event.relation.blocked else chat.apart - other

    def forget_statuses(self) -> None:
        """Events may have been lost: until a socket has synced, its person counts as invisible."""
        for socket in self._hub.sockets:
            socket.status = None

    async def ask_status(self, socket: "Socket") -> ChosenStatus:
        """What the person of a socket chose to show. Raises Refused."""
        if socket.status is not None:
            return socket.status
        [found] = (await self._bus.call(GetStatuses(user_ids=[socket.actor.user_id]))).people
        self.learn_status([socket], found.status)
        socket.shows_typing = found.shows_typing
        return socket.status or found.status

    # --- focus

    async def set_focus(self, socket: "Socket", command: FocusSession) -> None:
        """Note what a client says. Raises Refused(NotFound) for a chat that its person is not in."""
        focus = socket.focus = socket.focus or Focus()
        now = asyncio.get_running_loop().time()
        if command.focused:
            before, input_at = focus.input_at, now - command.idle_for
            if before is None or input_at > before:
                focus.input_at = input_at
            if before is None or input_at > before + TELL_AGAIN:
                self._reporter.came(socket.actor)
        if command.chat_id is None:
            focus.chat = None
        elif focus.chat is None or focus.chat.chat_id != command.chat_id or now > focus.chat.asked_at + ASK_AGAIN:
            focus.chat = None
            focus.chat = await self._open(socket.actor.user_id, command.chat_id, now)

    async def _open(self, user_id: int, chat_id: int, now: float) -> OpenChat:
        circle = await self._bus.call(GetChatCircle(user_id=user_id, chat_id=chat_id))
        return OpenChat(
            chat_id=chat_id,
            topics=circle.topics,
            apart=frozenset(circle.apart),
            most=circle.most,
            asked_at=now,
        )

    def _note_size(self, data: bytes, sockets: Sequence["Socket"]) -> None:
        """A group that has grown large falls silent where it is open."""
        event = _EVENTS.decode(data).event
        if not isinstance(event, MemberChanged):
            return
        for socket in sockets:
            chat = socket.focus.chat if socket.focus else None
            if chat and chat.chat_id == event.member.chat_id and event.member_count > chat.most:
                chat.topics = []

    # --- typing

    async def start_typing(self, socket: "Socket", command: StartTyping) -> None:
        """Tell the others who have this chat open, unless they must not know. Raises Refused(ChatNotOpen)."""
        chat = socket.focus.chat if socket.focus else None
        if chat is None or chat.chat_id != command.chat_id:
            raise Refused(ChatNotOpen())
        user_id = socket.actor.user_id
        if not _shows_typing(socket) or self._notices.spend(f"{user_id}:{chat.chat_id}", RATE):
            return
        event = Typing(chat_id=chat.chat_id, user_id=user_id)
        notice = ENCODER.encode(TypingNotice(event=event, unheard=sorted(chat.apart)))
        apart = {f"user.{other}" for other in chat.apart}
        for topic in chat.topics:
            has_left = topic.startswith("chat.") and topic not in socket.topics
            if topic in apart or has_left:
                continue
            try:
                await self._bus.publish(topic, notice)
            except nats.errors.Error:
                return  # nobody misses it

    def _deliver(self, data: bytes, sockets: Iterable["Socket"]) -> None:
        notice = _NOTICES.decode(data)
        typist, frame = notice.event.user_id, text_frame(encode_event(notice.event))
        for socket in sockets:
            chat = socket.focus.chat if socket.focus else None
            if chat is None or chat.chat_id != notice.event.chat_id or not chat.topics:
                continue
            listener = socket.actor.user_id
            if listener != typist and listener not in notice.unheard and typist not in chat.apart:
                socket.push_event(frame, ephemeral=True)


def _shows_typing(socket: "Socket") -> bool:
    """Whether this person lets others know that they type: not while invisible, nor when their settings say so."""
    if socket.status is None or not socket.shows_typing:
        return False
    return socket.status.at(now_ms()).status is not Choice.INVISIBLE
