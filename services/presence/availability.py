"""Who may know that somebody is here: oneself, and those who share a direct chat with them."""

from dialog.cache import GONE
from dialog.log import get_logger
from dialog.protocol.base import Actor
from dialog.protocol.internal import GetDirectPartners
from dialog.protocol.presence import Availability, GetPresence, Presence, PresenceList
from dialog.service import command

from .app import App

_log = get_logger()


@command
async def get_presence(app: App, actor: Actor, command: GetPresence) -> PresenceList:
    """Without Redis everyone reads as offline."""
    asked = list(dict.fromkeys(command.user_ids))
    partners = await app.bus.call(GetDirectPartners(user_id=actor.user_id))
    visible = {actor.user_id, *partners.user_ids}
    here = await _online(app, [user_id for user_id in asked if user_id in visible])
    return PresenceList(people=[Presence(user_id=user_id, status=_status(user_id in here)) for user_id in asked])


async def _online(app: App, user_ids: list[int]) -> set[int]:
    try:
        return await app.store.online(user_ids)
    except GONE as error:
        _log.warning("presence without redis", error=type(error).__name__)
        return set()


def _status(online: bool) -> Availability:
    return Availability.ONLINE if online else Availability.OFFLINE
