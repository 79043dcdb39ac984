"""Hears what changes of people elsewhere: what they chose to show, and who sees them."""

from contextlib import suppress

import nats.errors
from msgspec.structs import replace

from dialog.cache import GONE
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.chats import DirectOpened
from dialog.protocol.frames import encode_event
from dialog.protocol.internal import PairChanged
from dialog.protocol.presence import PresenceChanged, UserStatusesChanged
from dialog.protocol.settings import SettingsChanged
from dialog.service import on

from .app import App
from .availability import seen_by
from .choices import ask
from .person import OFFLINE


@on(UserStatusesChanged)
async def statuses_changed(app: App, fact: UserStatusesChanged) -> None:
    """Without Redis the fact is heard again later."""
    try:
        await app.store.chose(await ask(app.bus, fact.user_ids), changed=True)
    except GONE:
        raise Refused(Unavailable()) from None


@on(DirectOpened)
async def direct_opened(app: App, fact: DirectOpened) -> None:
    """Without Redis there is nothing to forget."""
    with suppress(*GONE):
        await app.store.forget_circles([fact.low_id, fact.high_id])


@on(PairChanged)
async def pair_changed(app: App, fact: PairChanged) -> None:
    """The two may cease to see each other, or begin to: each is told what they see of the other now."""
    pair = (fact.pair.low_id, fact.pair.high_id)
    try:
        await app.store.forget_circles(pair)
        for viewer, other in (pair, pair[::-1]):
            seen = (await seen_by(app, viewer, [other])).get(other) or OFFLINE.of(other)
            event = PresenceChanged(people=[replace(seen, last_seen=None)])
            await app.bus.publish(f"user.{viewer}", encode_event(event))
    except (*GONE, nats.errors.Error):
        raise Refused(Unavailable()) from None


@on(SettingsChanged)
async def settings_changed(app: App, fact: SettingsChanged) -> None:
    """Who sees them, or when they were last here, may be others."""
    with suppress(*GONE):
        known = (await app.store.circles([fact.user_id])).get(fact.user_id)
        await app.store.forget_circles([fact.user_id, *(known.others if known else ())])
