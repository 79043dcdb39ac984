"""SQL of statuses: what people chose to show."""

from msgspec import Struct

from dialog.db import Database, Statement, Transaction, rows_as
from dialog.protocol.internal import PersonStatus
from dialog.protocol.presence import NOTHING_CHOSEN, Choice, ChosenStatus


class StatusRow(Struct, frozen=True):
    """What somebody chose to show, as it was noted."""

    user_id: int
    status: Choice
    text: str
    ends_at: int | None
    since: int
    rev: int

    def chosen(self) -> ChosenStatus:
        return ChosenStatus(status=self.status, text=self.text, until=self.ends_at, since=self.since, rev=self.rev)


class SilentRow(Struct, frozen=True):
    id: int


async def together(db: Database, asked: list[list[int]]) -> list[list[PersonStatus]]:
    """What people chose to show, for several who ask (each for at least one), in their order. Nobody is left out."""
    params = {"user_ids": sorted({user_id for user_ids in asked for user_id in user_ids})}
    statuses, silent = await db.together(
        [
            Statement(
                "SELECT user_id, status, text, ends_at, since, rev FROM statuses WHERE user_id IN %(user_ids)s", params
            ),
            Statement("SELECT id FROM users FORCE INDEX (PRIMARY) WHERE id IN %(user_ids)s AND NOT typing", params),
        ]
    )
    found = {row.user_id: row.chosen() for row in rows_as(StatusRow, statuses)}
    quiet = {row.id for row in rows_as(SilentRow, silent)}
    return [
        [
            PersonStatus(user_id=user_id, status=found.get(user_id, NOTHING_CHOSEN), shows_typing=user_id not in quiet)
            for user_id in user_ids
        ]
        for user_ids in asked
    ]


async def lock(tx: Transaction, user_id: int) -> ChosenStatus | None:
    """What somebody chose to show, for this transaction alone; None when they never chose."""
    row = await tx.fetch_one(
        StatusRow,
        "SELECT user_id, status, text, ends_at, since, rev FROM statuses WHERE user_id = %(user_id)s FOR UPDATE",
        user_id=user_id,
    )
    return row.chosen() if row else None


async def lock_ended(tx: Transaction, now: int, limit: int) -> list[PersonStatus]:
    """Those whose time is over, but for those that somebody else is changing."""
    rows = await tx.fetch(
        StatusRow,
        """
        SELECT user_id, status, text, ends_at, since, rev FROM statuses WHERE ends_at <= %(now)s
        ORDER BY ends_at, user_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        """,
        now=now,
        limit=limit,
    )
    return [PersonStatus(user_id=row.user_id, status=row.chosen()) for row in rows]


async def put(tx: Transaction, user_id: int, status: ChosenStatus) -> None:
    await tx.execute(
        """
        INSERT INTO statuses (user_id, status, text, ends_at, since, rev)
        VALUES (%(user_id)s, %(status)s, %(text)s, %(until)s, %(since)s, %(rev)s)
        ON DUPLICATE KEY UPDATE status = VALUES(status), text = VALUES(text), ends_at = VALUES(ends_at),
            since = VALUES(since), rev = VALUES(rev)
        """,
        user_id=user_id,
        status=status.status.value,
        text=status.text,
        until=status.until,
        since=status.since,
        rev=status.rev,
    )
