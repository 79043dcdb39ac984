"""What chat does by itself: post what was scheduled, delete what has had its time and what nobody has any more, index.

Every process does all of it, and doing it twice is the same as doing it once. What is to be indexed follows from what
is; each other piece of work is a row in the database that stays until it is done.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from prometheus_client import Gauge

from dialog.bus import Bus
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Refused
from dialog.tasks import background

from . import clearing, disappearing, edits, scheduled, store
from .app import App, Config, open_app
from .store.scheduled import DueRow

AT_ONCE = 100
HOUR = 3600.0

LAG = Gauge("dialog_chat_work_lag_seconds", "how long the oldest piece of work is overdue", ["work"])

_log = get_logger()


@asynccontextmanager
async def open_working(config: Config, bus: Bus) -> AsyncGenerator[App]:
    """The app, with its work going on beside it."""
    async with open_app(config, bus) as app:
        work = (post_scheduled, expire, purge, withdraw, index, look_for_unindexed)
        every = config.work_interval
        async with background(*(_keep(app, one, every) for one in work), _keep(app, edits.forget_old, HOUR)):
            yield app


async def _keep(app: App, work: Callable[[App], Awaitable[bool]], seconds: float) -> None:
    """Work, and again at once while there is more. Runs until cancelled."""
    more = False
    while True:
        await asyncio.sleep(0 if more else seconds)
        more = False
        try:
            more = await work(app)
        except Refused:
            pass  # the database is away; the rows are still there when it is back
        except Exception:
            _log.exception("work failed, it is tried again", work=work.__name__)


def _lag(work: str, since: list[int]) -> None:
    LAG.labels(work).set(max(0, now_ms() - min(since)) / 1000 if since else 0)


async def post_scheduled(app: App) -> bool:
    """Post what is due: of one author in order, those of several side by side."""
    now = now_ms()
    stale = now - int(app.config.claim_seconds * 1000)
    due = await store.scheduled.due(app.db, now, stale, AT_ONCE)
    _lag("scheduled", [row.send_at for row in due])
    by_author: defaultdict[int, list[DueRow]] = defaultdict(list)
    for row in due:
        by_author[row.author_id].append(row)
    await asyncio.gather(*(_post_in_order(app, rows) for rows in by_author.values()))
    return len(due) == AT_ONCE


async def _post_in_order(app: App, rows: list[DueRow]) -> None:
    for row in rows:
        await scheduled.post_due(app, row)


async def expire(app: App) -> bool:
    """Delete what has had its time."""
    due = await store.disappearing.due(app.db, now_ms(), AT_ONCE)
    _lag("disappearing", [row.expires_at for row in due])
    by_chat: defaultdict[int, list[int]] = defaultdict(list)
    for row in due:
        by_chat[row.chat_id].append(row.seq)
    for chat_id, seqs in by_chat.items():
        await disappearing.expire(app, chat_id, seqs)
    return len(due) == AT_ONCE


async def purge(app: App) -> bool:
    """Delete what nobody has any more."""
    rows = await store.clearing.purges(app.db, AT_ONCE)
    _lag("purge", [row.asked_at for row in rows])
    more = False
    for row in rows:
        more = await clearing.purge_one(app, row) or more
    return more or len(rows) == AT_ONCE


async def withdraw(app: App) -> bool:
    """Delete what authors have taken back."""
    rows = await store.clearing.withdrawals(app.db, AT_ONCE)
    _lag("withdrawal", [row.asked_at for row in rows])
    more = False
    for row in rows:
        more = await clearing.withdraw_some(app, row) or more
    return more or len(rows) == AT_ONCE


async def index(app: App) -> bool:
    """Make findable what was posted."""
    _lag("search", app.indexing.waiting_since())
    return await app.indexing.index()


async def look_for_unindexed(app: App) -> bool:
    """Look for what another process, or this one before, has left for that."""
    return await app.indexing.look()
