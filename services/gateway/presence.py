"""Tells presence which sessions have sockets here: all of them now and then, and at once each that came or went."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from dialog.bus import Bus, new_trace
from dialog.log import get_logger
from dialog.protocol.base import Actor, Refused
from dialog.protocol.internal import LiveSession, ReportSessions

from .hub import Hub

_log = get_logger()
GATHER = 0.1
"""Seconds in which comings and goings are gathered into one report."""
AT_ONCE = 2000
"""Sessions in one report."""


class Reporter:
    """One process's reports. A lost one is made up for by the next full one."""

    def __init__(self, bus: Bus, hub: Hub) -> None:
        self._bus = bus
        self._hub = hub
        self._name = uuid4().hex[:12]
        self._changed: set[Actor] = set()
        self._has_changed = asyncio.Event()

    def came(self, actor: Actor) -> None:
        """A socket has connected."""
        self._changed.add(actor)
        self._has_changed.set()

    def went(self, actor: Actor) -> None:
        """A socket has closed; others of its session may be left."""
        if actor.session_id:
            self.came(actor)

    async def report(self, interval: float) -> None:
        """Report changes as they come and everything every `interval` seconds. Runs until cancelled."""
        loop = asyncio.get_running_loop()
        full_at = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(full_at):
                    await self._has_changed.wait()
            await asyncio.sleep(GATHER)
            if loop.time() >= full_at:
                full_at = loop.time() + interval
                self._changed |= {socket.actor for socket in self._hub.sockets}
            self._has_changed.clear()
            changed, self._changed = list(self._changed), set()
            for start in range(0, len(changed), AT_ONCE):
                await self._send(changed[start : start + AT_ONCE])

    async def _send(self, actors: list[Actor]) -> None:
        here: list[LiveSession] = []
        gone: list[LiveSession] = []
        now = asyncio.get_running_loop().time()
        for actor in actors:
            sockets = self._hub.sessions.get(actor.session_id, ())
            inputs = [one.focus.input_at for one in sockets if one.focus and one.focus.input_at is not None]
            idle_for = now - max(inputs) if inputs else None
            side = here if sockets else gone
            side.append(LiveSession(user_id=actor.user_id, session_id=actor.session_id, idle_for=idle_for))
        new_trace()
        try:
            await self._bus.call(ReportSessions(gateway=self._name, here=here, gone=gone))
        except Refused as refused:
            _log.info("sessions not reported", reason=str(refused))
