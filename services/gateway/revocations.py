"""Sessions that have ended, so that their tokens and sockets end with them.

The `session.revoked` event does it at once; a look into auth's records every few seconds makes up for a lost event.
Without such a look for a minute nobody new is let in.
"""

import asyncio

from dialog.bus import Bus
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.accounts import SessionEnded
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.connection import CloseCode
from dialog.protocol.internal import GetRevokedSessions

from .hub import Hub

_log = get_logger()


class Revocations:
    """The sessions that ended within the last `memory` seconds: longer than an access token lives."""

    def __init__(self, bus: Bus, hub: Hub, memory: float, patience: float) -> None:
        self._bus = bus
        self._hub = hub
        self._memory_ms = int(memory * 1000)
        self._patience_ms = int(patience * 1000)
        self._ended: dict[int, int] = {}
        self._since = now_ms() - self._memory_ms
        self._heard_at = now_ms()

    def check(self, session_id: int) -> None:
        """Raises Refused(SessionEnded), or Unavailable when it cannot be known."""
        if session_id in self._ended:
            raise Refused(SessionEnded())
        if now_ms() - self._heard_at > self._patience_ms:
            raise Refused(Unavailable())

    def end(self, session_id: int) -> None:
        """Close the sockets of a session with 4500, and let no token of it in again."""
        self._ended[session_id] = now_ms()
        for socket in list(self._hub.sessions.get(session_id, ())):
            # At the end of the loop turn, so that the event that says so goes out first.
            asyncio.get_running_loop().call_soon(self._hub.close_soon, socket, CloseCode.SIGNED_OUT)

    async def watch(self, interval: float) -> None:
        """Ask auth what has ended, every `interval` seconds. Runs until cancelled."""
        while True:
            try:
                answer = await self._bus.call(GetRevokedSessions(since=self._since))
            except Refused as refused:
                _log.info("no news of ended sessions", reason=str(refused))
            else:
                self._heard_at = now_ms()
                self._since = answer.until
                for session_id in answer.session_ids:
                    if session_id not in self._ended:
                        self.end(session_id)
            self._forget()
            await asyncio.sleep(interval)

    def _forget(self) -> None:
        before = now_ms() - self._memory_ms
        self._ended = {session_id: at for session_id, at in self._ended.items() if at > before}
