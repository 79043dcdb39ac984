"""What the gateway does itself when a person's chats or sessions change, before their sockets hear of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from dialog.log import get_logger
from dialog.protocol.accounts import SessionRevoked
from dialog.protocol.chats import ChatJoined, ChatKind, ChatLeft
from dialog.protocol.frames import Told

from .socket import Socket

if TYPE_CHECKING:
    from .hub import Hub
    from .revocations import Revocations

_log = get_logger()
_EVENTS = msgspec.json.Decoder(Told)
REMEMBERED = 100_000
"""Latest changes of who is in which group."""


class Membership:
    """Keeps the topics of sockets in step with the chats of their people.

    Events may be repeated, and then come late. Of what is said about one person in one chat only the newest counts:
    nobody who has left may be joined to the topic again by an old event.
    """

    def __init__(self, hub: "Hub", revocations: "Revocations") -> None:
        self._hub = hub
        self._revocations = revocations
        self._joining: set[asyncio.Task[None]] = set()
        self._latest: OrderedDict[tuple[int, int], int] = OrderedDict()
        hub.controls |= {"chat.joined": self.act, "chat.left": self.act, "session.revoked": self.act}

    def act(self, data: bytes, sockets: Sequence[Socket]) -> None:
        """Join or leave topics, or end a session, as the event says."""
        match _EVENTS.decode(data).event:
            case ChatJoined(chat=chat) if chat.kind is ChatKind.GROUP and self._is_news(sockets, chat.id, chat.rev):
                for socket in sockets:
                    task = asyncio.create_task(self._join(f"chat.{chat.id}", socket))
                    self._joining.add(task)
                    task.add_done_callback(self._joining.discard)
            case ChatLeft(chat_id=chat_id, rev=rev) if self._is_news(sockets, chat_id, rev):
                for socket in sockets:
                    self._hub.leave(f"chat.{chat_id}", socket)
            case SessionRevoked(session_id=session_id):
                self._revocations.end(session_id)
            case _:
                pass

    def _is_news(self, sockets: Sequence[Socket], chat_id: int, rev: int) -> bool:
        if not sockets:
            return False
        key = (sockets[0].actor.user_id, chat_id)
        if rev <= self._latest.get(key, 0):
            return False
        self._latest[key] = rev
        self._latest.move_to_end(key)
        if len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
        return True

    async def _join(self, topic: str, socket: Socket) -> None:
        try:
            await self._hub.join([topic], socket)
        except Exception as error:  # the bus is in trouble, and everybody will be told to sync
            _log.warning("topic not joined", topic=topic, error=type(error).__name__)
