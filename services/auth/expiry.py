"""Sessions that are over, and reports with their evidence, leave the database after a while."""

import asyncio

from dialog.db import Database
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Refused

from . import store
from .config import Config

_AT_ONCE = 1000
"""Few enough to hold no lock for long."""

_log = get_logger()


async def forget(config: Config, db: Database) -> int:
    """Delete the sessions that have been over for a day. Returns how many; raises Refused(Unavailable)."""
    before = now_ms() - int(config.forget_after * 1000)
    unused_before = before - int(config.session_idle * 1000)
    count = 0
    while deleted := await store.accounts.forget_ended(db, before, _AT_ONCE):
        count += deleted
    while deleted := await store.accounts.forget_unused(db, unused_before, _AT_ONCE):
        count += deleted
    return count


async def forget_reports(config: Config, db: Database) -> int:
    """Delete the evidence and the decided reports whose time is over. Returns how many; raises Refused(Unavailable)."""
    now = now_ms()
    count = 0
    while deleted := await store.reports.forget_evidence(db, now, _AT_ONCE):
        count += deleted
    while deleted := await store.reports.forget_reports(db, now - int(config.reports_kept * 1000), _AT_ONCE):
        count += deleted
    return count


async def keep_forgetting(config: Config, db: Database) -> None:
    """Do so now and then. Runs until cancelled."""
    while True:
        await asyncio.sleep(config.forget_every)
        try:
            if count := await forget(config, db):
                _log.info("sessions forgotten", count=count)
            if count := await forget_reports(config, db):
                _log.info("reports and evidence forgotten", count=count)
        except Refused as refused:
            _log.warning("nothing forgotten", reason=str(refused))
