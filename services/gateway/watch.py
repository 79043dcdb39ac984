"""The one timer for all sockets: pings, silence, expired tokens, slow readers."""

import asyncio
from typing import TYPE_CHECKING

from dialog.protocol.connection import CloseCode

from .hub import Hub
from .socket import Socket
from .websocket_frames import PING

if TYPE_CHECKING:
    from .app import Config

TICK = 0.05
"""Seconds between two attempts to write to the sockets that are behind."""
TICK_IDLE = 0.25
"""The same while there are none: so late at most is the first one noticed."""
SWEEP = 1.0
"""Seconds between two looks at every socket."""


async def watch_sockets(hub: Hub, config: "Config") -> None:
    """Runs until cancelled."""
    loop = asyncio.get_running_loop()
    sweep_at = loop.time() + SWEEP
    while True:
        await asyncio.sleep(TICK if hub.clogged else max(0.0, min(TICK_IDLE, sweep_at - loop.time())))
        now = loop.time()
        if now >= sweep_at:
            sweep_at = now + SWEEP
            for socket in list(hub.sockets):
                _sweep(hub, socket, config, now)
        for socket in list(hub.clogged):
            _push_on(socket, config, now)


def _sweep(hub: Hub, socket: Socket, config: "Config", now: float) -> None:
    if now - socket.heard_at > config.silence:
        hub.close_soon(socket, CloseCode.NO_HEARTBEAT)
    elif socket.expired():
        hub.close_soon(socket, CloseCode.TOKEN_EXPIRED)
    elif now - max(socket.heard_at, socket.pinged_at) > config.heartbeat:
        socket.pinged_at = now
        socket.push_answer(PING)


def _push_on(socket: Socket, config: "Config", now: float) -> None:
    socket.flush()
    if socket.clogged_at and now - socket.clogged_at > config.stalled:
        socket.close_as_too_slow()
