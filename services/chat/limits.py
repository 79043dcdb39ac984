"""How fast one person may do something, whichever replica they reach."""

from dialog.cache import Rate
from dialog.protocol.base import Actor, Refused, TooManyRequests

from .app import App


async def spend(app: App, actor: Actor, what: str, rate: Rate, cost: int = 1) -> None:
    """Raises Refused(TooManyRequests)."""
    if wait := await app.limits.spend(f"{what}:{actor.user_id}", rate, cost):
        raise Refused(TooManyRequests(retry_after=round(wait, 1)))
