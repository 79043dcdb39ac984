"""SQL of statuses: what people chose to show."""

from collections.abc import Collection, Mapping

from msgspec import Struct

from dialog.db import Database, Statement, Transaction, rows_as
from dialog.protocol.internal import PersonStatus
from dialog.protocol.presence import NOTHING_CHOSEN, Choice, ChosenStatus

from .accounts import Living


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


class PersonRow(Struct, frozen=True):
    id: int


class SessionRow(Struct, frozen=True):
    id: int
    user_id: int


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
    quiet = {row.id for row in rows_as(PersonRow, silent)}
    return [
        [
            PersonStatus(user_id=user_id, status=found.get(user_id, NOTHING_CHOSEN), shows_typing=user_id not in quiet)
            for user_id in user_ids
        ]
        for user_ids in asked
    ]


async def lock_choosing(
    tx: Transaction, callers: Collection[tuple[int, int]], living: Living
) -> tuple[set[tuple[int, int]], dict[int, ChosenStatus]]:
    """Which of these callers (user and session, at least one) are signed in, and what they chose so far, for this
    transaction alone. All who lock several people do it in the order of their ids."""
    user_ids = {"user_ids": sorted({user_id for user_id, _ in callers})}
    session_ids = {"session_ids": sorted(session_id for _, session_id in callers)}
    people, sessions, statuses = await tx.together(
        [
            Statement(
                "SELECT id FROM users FORCE INDEX (PRIMARY) WHERE id IN %(user_ids)s ORDER BY id FOR UPDATE", user_ids
            ),
            Statement(
                """
                SELECT id, user_id FROM sessions FORCE INDEX (PRIMARY)
                WHERE id IN %(session_ids)s AND revoked_at IS NULL
                  AND last_seen_at > %(used_after)s AND created_at > %(opened_after)s
                ORDER BY id FOR UPDATE
                """,
                session_ids | {"used_after": living.used_after, "opened_after": living.opened_after},
            ),
            Statement(
                """
                SELECT user_id, status, text, ends_at, since, rev FROM statuses WHERE user_id IN %(user_ids)s
                ORDER BY user_id FOR UPDATE
                """,
                user_ids,
            ),
        ]
    )
    known = {row.id for row in rows_as(PersonRow, people)}
    alive = {(row.user_id, row.id) for row in rows_as(SessionRow, sessions) if row.user_id in known}
    return alive.intersection(callers), {row.user_id: row.chosen() for row in rows_as(StatusRow, statuses)}


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


def put(statuses: Mapping[int, ChosenStatus]) -> Statement:
    """Store what these people (at least one) chose."""
    return Statement(
        """
        INSERT INTO statuses (user_id, status, text, ends_at, since, rev) VALUES {rows}
        ON DUPLICATE KEY UPDATE status = VALUES(status), text = VALUES(text), ends_at = VALUES(ends_at),
            since = VALUES(since), rev = VALUES(rev)
        """,
        row="(%(user_id)s, %(status)s, %(text)s, %(until)s, %(since)s, %(rev)s)",
        rows=[
            {
                "user_id": user_id,
                "status": one.status.value,
                "text": one.text,
                "until": one.until,
                "since": one.since,
                "rev": one.rev,
            }
            for user_id, one in sorted(statuses.items())
        ],
    )
