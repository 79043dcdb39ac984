"""What a visible act costs: nothing at all for whoever is known to be visible."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from dialog.protocol.base import Actor, Refused, Unavailable
from dialog.protocol.messages import SendMessage
from dialog.protocol.presence import NOTHING_CHOSEN, Choice, ChosenStatus
from services.chat.acts import visible
from services.chat.pointers import Move
from services.gateway.socket import Socket

SENT = SendMessage(chat_id=12, nonce="n", text="hello")


class Receipts:
    """Takes moves, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.moves: list[Move] = []
        self._away = away

    async def add(self, move: Move) -> bool:
        self.moves.append(move)
        if self._away:
            raise Refused(Unavailable())
        return True


@visible
async def act(_app: Any, _actor: Actor, command: SendMessage) -> str:
    return command.text


@visible
async def refuse(_app: Any, _actor: Actor, _command: SendMessage) -> str:
    raise Refused(Unavailable())


@pytest.mark.parametrize("may_hide", [False, True])
async def test_receipts_are_looked_at_only_of_who_may_be_invisible(may_hide: bool) -> None:
    app: Any = SimpleNamespace(receipts=Receipts())
    assert await act(app, Actor(user_id=7, may_hide=may_hide), SENT) == "hello"
    assert app.receipts.moves == ([Move(12, 7, acts=True)] if may_hide else [])


async def test_what_is_done_is_answered_whatever_becomes_of_the_receipts() -> None:
    app: Any = SimpleNamespace(receipts=Receipts(away=True))
    assert await act(app, Actor(user_id=7, may_hide=True), SENT) == "hello"
    assert app.receipts.moves


async def test_what_is_refused_shows_nothing() -> None:
    app: Any = SimpleNamespace(receipts=Receipts())
    with pytest.raises(Refused):
        await refuse(app, Actor(user_id=7, may_hide=True), SENT)
    assert app.receipts.moves == []


@pytest.mark.parametrize(
    ("status", "may_hide"),
    [
        (None, True),
        (replace(NOTHING_CHOSEN, status=Choice.INVISIBLE), True),
        (replace(NOTHING_CHOSEN, status=Choice.AUTO), False),
        (replace(NOTHING_CHOSEN, status=Choice.DND), False),
    ],
)
async def test_the_gateway_says_who_may_be_invisible(status: ChosenStatus | None, may_hide: bool) -> None:
    """Whoever it knows nothing of may be."""
    asked: list[Actor] = []
    bus = SimpleNamespace(ask_in_order=lambda _asked, actor: asked.append(actor))
    app: Any = SimpleNamespace(config=SimpleNamespace(send_buffer=0), bus=bus)
    transport: Any = SimpleNamespace(get_extra_info=lambda _: None)
    ws: Any = None
    socket = Socket(app, ws, transport, "192.0.2.1")
    socket.actor = Actor(user_id=7, session_id=8, address="192.0.2.1")
    socket.status = status
    frame: Any = SimpleNamespace(id=1, command=SENT)
    socket._ask([frame], 12)
    assert asked == [Actor(user_id=7, session_id=8, address="192.0.2.1", may_hide=may_hide)]
