"""How fast one person may do something, whichever replica they reach. tests/system/test_limits.py has all commands."""

from dialog.cache import Rate
from dialog.protocol.base import Actor, Refused, TooManyRequests

from .app import App


async def spend(app: App, actor: Actor, what: str, rate: Rate, cost: int = 1) -> None:
    """Raises Refused(TooManyRequests)."""
    if wait := await app.limits.spend(f"{what}:{actor.user_id}", rate, cost):
        raise _too_soon(wait)


def keep_pace(app: App, actor: Actor, what: str, rate: Rate) -> None:
    """The same for what many do at once after trouble: it waits for no Redis. Raises Refused(TooManyRequests)."""
    if wait := app.paces.spend(f"{what}:{actor.user_id}", rate):
        raise _too_soon(wait)


def _too_soon(wait: float) -> Refused:
    # Rounded up: to wait as long as one is told is enough.
    return Refused(TooManyRequests(retry_after=round(wait + 0.05, 1)))
