"""Statuses end by themselves.

One is over at its moment for whoever reads it, on record or not; a sweep notes it soon after and tells those who do
not read. It makes of it what the readers do, so that both have the same `rev`.
"""

import asyncio

from dialog.db import Database, Transaction
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Refused
from dialog.protocol.presence import ChosenStatus, StatusChanged, UserStatusChanged

from . import store

ENDED_AT_ONCE = 100

_log = get_logger()


def tell_status(tx: Transaction, user_id: int, status: ChosenStatus) -> None:
    """Tell the person's devices and the other services, once this is committed."""
    tx.publish(StatusChanged(status=status), f"user.{user_id}")
    tx.tell(UserStatusChanged(user_id=user_id))


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
        for one in ended:
            status = one.status.at(now)
            await store.statuses.put(tx, one.user_id, status)
            tell_status(tx, one.user_id, status)
    return len(ended)
