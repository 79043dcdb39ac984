"""What the gateway does itself when a person's chats or sessions change, before their sockets hear of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import nats.errors

from dialog.bus import Bus
from dialog.log import get_logger
from dialog.protocol.accounts import SessionRevoked
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.chats import ChatJoined, ChatKind, ChatLeft
from dialog.protocol.connection import Resync
from dialog.protocol.frames import Told
from dialog.protocol.internal import GetGroupIds

from .socket import Socket

if TYPE_CHECKING:
    from .hub import Hub
    from .revocations import Revocations

_log = get_logger()
_EVENTS = msgspec.json.Decoder(Told)
GROUP = "chat."
TRIES = 5
REMEMBERED = 100_000
"""Latest changes of who is in which group."""


class Membership:
    """Keeps the topics of sockets in step with the groups of their people.

    What is on record in chat decides. It is looked up whenever a client syncs, which is where its live events begin.
    Events are hints that come sooner: they are acted upon at once, since a message may follow, and then checked, since
    they may be repeated late. After trouble with the bus they may also be missing: then nobody hears any group until
    they have synced.
    """

    def __init__(self, bus: Bus, hub: "Hub", revocations: "Revocations") -> None:
        self._bus = bus
        self._hub = hub
        self._revocations = revocations
        self._checking: dict[int, asyncio.Task[None]] = {}
        self._latest: OrderedDict[tuple[int, int], int] = OrderedDict()
        hub.controls |= {"chat.joined": self.act, "chat.left": self.act, "session.revoked": self.act}

    async def align(self, socket: Socket) -> bool:
        """Hear all groups that the person is in, and no others. Returns whether groups were missing.

        Raises Refused(Unavailable).
        """
        wanted = {f"{GROUP}{chat_id}" for chat_id in await self._groups(socket)}
        for topic in [topic for topic in socket.topics if topic.startswith(GROUP) and topic not in wanted]:
            self._hub.leave(topic, socket)
        missing = wanted - socket.topics
        try:
            await self._hub.join(missing, socket)
        except nats.errors.Error:
            raise Refused(Unavailable()) from None
        return bool(missing)

    async def _groups(self, socket: Socket) -> list[int]:
        """The groups of the person. Asked again when a change was told meanwhile: the answer may be older than that."""
        for _ in range(TRIES):
            changes = socket.membership_changes
            groups = await self._bus.call(GetGroupIds(user_id=socket.actor.user_id))
            if socket.membership_changes == changes:
                return groups.chat_ids
        raise Refused(Unavailable())

    def leave_all(self) -> None:
        """Events may have been lost, and with them who was put out of a group: hear none until the next sync."""
        for socket in self._hub.sockets:
            for topic in [topic for topic in socket.topics if topic.startswith(GROUP)]:
                self._hub.leave(topic, socket)

    def act(self, data: bytes, sockets: Sequence[Socket]) -> None:
        """Join or leave topics, or end a session, as the event says."""
        match _EVENTS.decode(data).event:
            case ChatJoined(chat=chat) if chat.kind is ChatKind.GROUP and self._is_news(sockets, chat.id, chat.rev):
                for socket in sockets:
                    self._hub.enter(f"{GROUP}{chat.id}", socket)
                self._check(sockets)
            case ChatLeft(chat_id=chat_id, rev=rev) if self._is_news(sockets, chat_id, rev):
                for socket in sockets:
                    self._hub.leave(f"{GROUP}{chat_id}", socket)
                self._check(sockets)
            case SessionRevoked(session_id=session_id):
                self._revocations.end(session_id)
            case _:
                pass

    def _is_news(self, sockets: Sequence[Socket], chat_id: int, rev: int) -> bool:
        if not sockets:
            return False
        for socket in sockets:
            socket.membership_changes += 1
        key = (sockets[0].actor.user_id, chat_id)
        if rev <= self._latest.get(key, 0):
            return False
        self._latest[key] = rev
        self._latest.move_to_end(key)
        if len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
        return True

    def _check(self, sockets: Sequence[Socket]) -> None:
        """Compare with the record soon; once for all that is told about this person until then."""
        user_id = sockets[0].actor.user_id
        if user_id not in self._checking:
            task = self._checking[user_id] = asyncio.create_task(self._compare(sockets))
            task.add_done_callback(lambda _: self._checking.pop(user_id, None))

    async def _compare(self, sockets: Sequence[Socket]) -> None:
        for socket in sockets:
            try:
                missed = await self.align(socket)
            except Refused as refused:  # there is trouble, and everybody is told to sync when it is over
                _log.warning("groups not compared", reason=str(refused))
                missed = True
            if missed:
                self._hub.tell(socket, Resync(within=0))
