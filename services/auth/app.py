"""Auth as a whole: what its handlers may touch, opened and closed together."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from dialog.batch import Batch
from dialog.bus import Bus
from dialog.cache import Limiter, check_cache, open_cache
from dialog.db import Database, open_database
from dialog.http import Check
from dialog.protocol.internal import PersonStatus, Users
from dialog.tasks import background

from . import store
from .choosing import Change, Wish, choose_together
from .config import Config
from .expiry import keep_forgetting
from .login_tokens import LoginTokens
from .passwords import Passwords, open_passwords
from .signer import Signer
from .status_ends import keep_ending
from .store.people import StandingRow
from .throttle import Throttle
from .views import Asked, open_views

FEW = 8
"""Profiles in a request that is gathered with others; a larger one is a statement of its own."""
ASKING_TOGETHER = 64
ASKING_WAITING = 8192
"""Requests that share one statement, and that may wait for the next: all sockets of a gateway that has died."""
ASKING_PAUSE = 0.01
"""Seconds between two of these statements."""
STANDINGS_TOGETHER = 16
"""Requests about up to a thousand people each that share a round trip."""
FRIENDS_PAGE = 500
CHOOSING_PAUSE = 0.1
"""Seconds between two transactions in which it is noted what people chose to show."""


@dataclass(frozen=True)
class App:
    """What a handler of auth may touch."""

    config: Config
    bus: Bus
    db: Database
    profiles: Batch[Asked, Users]
    """The profiles behind up to FEW ids, read for all who ask at once."""
    statuses: Batch[list[int], list[PersonStatus]]
    """What up to FEW people chose to show, likewise."""
    friends: Batch[tuple[int, int], list[int]]
    """Up to FRIENDS_PAGE friends of a person with ids higher than another one, likewise."""
    standings: Batch[tuple[int, Sequence[int]], list[StandingRow]]
    """What is between a person and others, likewise."""
    choosing: Batch[Wish, Change]
    """What people choose to show now, noted for all who do at once."""
    limiter: Limiter
    throttle: Throttle
    passwords: Passwords
    signer: Signer
    login_tokens: LoginTokens
    checks: Mapping[str, Check]


@asynccontextmanager
async def open_app(config: Config, bus: Bus) -> AsyncGenerator[App, None]:
    """Auth, ready to answer. Raises ConfigError, NotDurable and what the servers raise when they do not answer."""
    with open_passwords(config) as passwords:
        async with open_database(config, bus) as db, open_cache(config) as redis:
            limiter = Limiter(redis)
            signer = Signer(config, db)
            await signer.refresh()
            async with background(
                signer.keep_refreshing(), keep_forgetting(config, db), keep_ending(db, config.status_sweep)
            ):
                yield App(
                    config=config,
                    bus=bus,
                    db=db,
                    profiles=open_views(config, db, size=ASKING_TOGETHER, waiting=ASKING_WAITING, pause=ASKING_PAUSE),
                    statuses=Batch(
                        partial(store.statuses.together, db),
                        size=ASKING_TOGETHER,
                        waiting=ASKING_WAITING,
                        pause=ASKING_PAUSE,
                    ),
                    friends=Batch(
                        partial(store.people.friend_ids, db, limit=FRIENDS_PAGE),
                        size=STANDINGS_TOGETHER,
                        waiting=ASKING_WAITING,
                        pause=ASKING_PAUSE,
                    ),
                    standings=Batch(
                        partial(store.people.standings, db),
                        size=STANDINGS_TOGETHER,
                        waiting=ASKING_WAITING,
                        pause=ASKING_PAUSE,
                    ),
                    choosing=Batch(
                        partial(choose_together, config, db),
                        size=ASKING_TOGETHER,
                        waiting=ASKING_WAITING,
                        pause=CHOOSING_PAUSE,
                    ),
                    limiter=limiter,
                    throttle=Throttle(redis, limiter, config.logins, config.patience),
                    passwords=passwords,
                    signer=signer,
                    login_tokens=LoginTokens(config.secret),
                    checks={"mysql": db.check, "redis": partial(check_cache, redis)},
                )
