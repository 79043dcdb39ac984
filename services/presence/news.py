"""Hears what changes of people elsewhere: what they chose to show, and who sees them."""

from contextlib import suppress

from dialog.cache import GONE
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.chats import DirectOpened
from dialog.protocol.presence import UserStatusChanged
from dialog.service import on

from .app import App
from .choices import ask


@on(UserStatusChanged)
async def status_changed(app: App, fact: UserStatusChanged) -> None:
    """Without Redis the fact is heard again later."""
    try:
        await app.store.chose(await ask(app.bus, [fact.user_id]), changed=True)
    except GONE:
        raise Refused(Unavailable()) from None


@on(DirectOpened)
async def direct_opened(app: App, fact: DirectOpened) -> None:
    """Without Redis there is nothing to forget."""
    with suppress(*GONE):
        await app.store.forget_circles([fact.low_id, fact.high_id])
