"""Who may know that somebody is here: oneself, friends, and those who share a direct chat with them."""

from dialog.cache import GONE
from dialog.log import get_logger
from dialog.protocol.base import Actor
from dialog.protocol.presence import GetPresence, Presence, PresenceList
from dialog.service import command

from .app import App
from .choices import complete
from .person import OFFLINE, Person

_log = get_logger()


@command
async def get_presence(app: App, actor: Actor, command: GetPresence) -> PresenceList:
    """Without Redis everyone reads as offline."""
    asked = list(dict.fromkeys(command.user_ids))
    try:
        seen = await seen_by(app, actor.user_id, asked)
    except GONE as error:
        _log.warning("presence without redis", error=type(error).__name__)
        seen = {}
    return PresenceList(people=[seen.get(user_id) or OFFLINE.of(user_id) for user_id in asked])


async def seen_by(app: App, viewer_id: int, asked: list[int]) -> dict[int, Presence]:
    """What a person sees of those whom they may see. Raises cache.GONE."""
    circle = await app.circles.of(viewer_id, [user_id for user_id in asked if user_id != viewer_id])
    visible = {viewer_id, *circle.others}
    now, known = await app.store.people([user_id for user_id in asked if user_id in visible])
    people: list[Person] = await complete(app.bus, app.store, list(known.values()), now, app.config.status_kept)
    last_seen_of = {viewer_id, *circle.last_seen_of}
    return {one.user_id: one.presence(now, app.timing, with_last_seen=one.user_id in last_seen_of) for one in people}
