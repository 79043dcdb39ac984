"""What waits for a socket whose client does not keep up, and what it goes without."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.gateway.socket import BEHIND, Socket

FRAME = b"x" * 1000


class Clogged:
    """A transport that takes nothing in until it is told to, and remembers what was written."""

    def __init__(self) -> None:
        self.waiting = 100_000
        self.written = b""

    def get_extra_info(self, _: str) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.written += data


@pytest.fixture
def transport() -> Clogged:
    return Clogged()


@pytest.fixture
async def socket(transport: Clogged) -> Socket:
    """One that could not write what it had."""
    config = SimpleNamespace(write_ahead=65_536, waiting_events=10_000, send_buffer=0)
    hub = SimpleNamespace(clogged=set[Socket](), flush_soon=lambda _: None)
    app: Any = SimpleNamespace(config=config, hub=hub)
    ws: Any = None
    pipe: Any = transport
    socket = Socket(app, ws, pipe, "")
    socket.push_event(b"first", droppable=False)
    socket.flush()
    assert socket.clogged_at
    return socket


def written_at_last(socket: Socket, transport: Clogged) -> bytes:
    transport.waiting = 0
    socket.flush()
    return transport.written


async def test_what_is_droppable_is_dropped_and_the_rest_waits(socket: Socket, transport: Clogged) -> None:
    socket.push_event(b"typing", droppable=True)
    socket.push_event(b"receipt", droppable=False)
    assert written_at_last(socket, transport) == b"firstreceipt"


async def test_what_is_too_much_becomes_one_notice(socket: Socket, transport: Clogged) -> None:
    for _ in range(20):
        socket.push_event(FRAME, droppable=False)
    assert written_at_last(socket, transport) == BEHIND
