"""Who may: the caller's account is obtained here, and only by somebody whose session is alive."""

from typing import TYPE_CHECKING

from dialog.cache import Rate
from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Actor, Refused, TooManyRequests, Unauthenticated

from . import store
from .config import Config
from .store.accounts import Account, Living

if TYPE_CHECKING:
    from .app import App


def living(config: Config) -> Living:
    """What makes a session alive now."""
    now = now_ms()
    return Living(
        used_after=now - int(config.session_idle * 1000), opened_after=now - int(config.session_longest * 1000)
    )


async def signed_in(app: "App", tx: Transaction, actor: Actor) -> Account:
    """Lock the caller's account. Raises Refused(Unauthenticated) when the session has ended meanwhile.

    An access token outlives its session by up to five minutes; what changes an account must not go by it alone.
    """
    account = await store.accounts.lock_account(tx, actor.user_id)
    session = await store.accounts.lock_session(tx, actor.session_id)
    if account is None or session is None or session.user_id != actor.user_id or not session.lives(living(app.config)):
        raise Refused(Unauthenticated())
    return account


def caller(actor: Actor) -> int:
    """The id of somebody signed in. Raises Refused(Unauthenticated)."""
    if not actor.user_id:
        raise Refused(Unauthenticated())
    return actor.user_id


async def within(app: "App", key: str, rate: Rate) -> None:
    """Spend one of `rate`. Raises Refused(TooManyRequests)."""
    wait = await app.limiter.spend(key, rate)
    if wait > 0:
        raise Refused(TooManyRequests(retry_after=wait))
