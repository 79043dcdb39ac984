"""Statuses end by themselves.

One is over at its moment for whoever reads it, on record or not; a sweep notes it soon after and tells those who do
not read. It makes of it what the readers do, so that both have the same `rev`.
"""

import asyncio

from dialog.db import Database
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Refused

from . import store
from .choosing import Change, note

ENDED_AT_ONCE = 100

_log = get_logger()


async def keep_ending(db: Database, interval: float) -> None:
    """Note and tell, every `interval` seconds, what has ended by itself. Runs until cancelled."""
    while True:
        await asyncio.sleep(interval)
        try:
            while await _end_some(db) == ENDED_AT_ONCE:
                pass
        except Refused as refused:
            _log.warning("statuses not ended", reason=str(refused))


async def _end_some(db: Database) -> int:
    now = now_ms()
    async with db.transaction() as tx:
        ended = await store.statuses.lock_ended(tx, now, ENDED_AT_ONCE)
        note(tx, [Change(one.user_id, one.status, one.status.at(now)) for one in ended])
    return len(ended)
