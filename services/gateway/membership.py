"""What the gateway does itself when a person's chats or sessions change, before their sockets hear of it."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from dialog.log import get_logger
from dialog.protocol import ServerEvent
from dialog.protocol.accounts import SessionRevoked
from dialog.protocol.base import Wire
from dialog.protocol.chats import ChatJoined, ChatKind, ChatLeft

from .socket import Socket

if TYPE_CHECKING:
    from .hub import Hub
    from .revocations import Revocations

_log = get_logger()


class _Told(Wire):
    event: ServerEvent


_EVENTS = msgspec.json.Decoder(_Told)


class Membership:
    """Keeps the topics of sockets in step with the chats of their people."""

    def __init__(self, hub: "Hub", revocations: "Revocations") -> None:
        self._hub = hub
        self._revocations = revocations
        self._joining: set[asyncio.Task[None]] = set()
        hub.controls |= {"chat.joined": self.act, "chat.left": self.act, "session.revoked": self.act}

    def act(self, data: bytes, sockets: Iterable[Socket]) -> None:
        """Join or leave topics, or end a session, as the event says."""
        match _EVENTS.decode(data).event:
            case ChatJoined(chat=chat) if chat.kind is ChatKind.GROUP:
                for socket in sockets:
                    task = asyncio.create_task(self._join(f"chat.{chat.id}", socket))
                    self._joining.add(task)
                    task.add_done_callback(self._joining.discard)
            case ChatLeft(chat_id=chat_id):
                for socket in sockets:
                    self._hub.leave(f"chat.{chat_id}", socket)
            case SessionRevoked(session_id=session_id):
                self._revocations.end(session_id)
            case _:
                pass

    async def _join(self, topic: str, socket: Socket) -> None:
        try:
            await self._hub.join([topic], socket)
        except Exception as error:  # the bus is in trouble, and everybody will be told to sync
            _log.warning("topic not joined", topic=topic, error=type(error).__name__)
