"""SQL of scheduled messages."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from dialog.db import Database, Row, Statement, Transaction, rows_as
from dialog.protocol.scheduled import Scheduled

SCHEDULED = "id, chat_id, nonce, text, reply_to, mentions, mention_all, send_at, failure"
_IDS = msgspec.json.Decoder(list[int])


class DueRow(Struct, frozen=True):
    id: int
    author_id: int
    send_at: int


class ClaimRow(Struct, frozen=True):
    claimed_at: int | None


def read(rows: Sequence[Row]) -> list[Scheduled]:
    """Rows of SCHEDULED as what they are."""
    return rows_as(Scheduled, [row | {"mentions": _IDS.decode(row["mentions"])} for row in rows])


async def of_all(db: Database, author_ids: list[int]) -> list[list[Scheduled]]:
    """What each of these people (at least one) has scheduled, in their order."""
    [rows] = await db.together(
        [
            Statement(
                f"""
                SELECT author_id, {SCHEDULED} FROM scheduled FORCE INDEX (scheduled_once)
                WHERE author_id IN %(author_ids)s ORDER BY send_at, id
                """,
                {"author_ids": author_ids},
            )
        ]
    )
    found: defaultdict[int, list[Scheduled]] = defaultdict(list)
    for row, scheduled in zip(rows, read(rows), strict=True):
        found[row["author_id"]].append(scheduled)
    return [found[author_id] for author_id in author_ids]


def of(author_id: int) -> Statement:
    """What somebody has scheduled, for `read`."""
    return Statement(
        f"SELECT {SCHEDULED} FROM scheduled WHERE author_id = %(author_id)s ORDER BY send_at, id",
        {"author_id": author_id},
    )


async def with_nonce(tx: Transaction, author_id: int, chat_id: int, nonce: str) -> Scheduled | None:
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT {SCHEDULED} FROM scheduled
                WHERE author_id = %(author_id)s AND chat_id = %(chat_id)s AND nonce = %(nonce)s
                """,
                {"author_id": author_id, "chat_id": chat_id, "nonce": nonce},
            )
        ]
    )
    return read(rows)[0] if rows else None


def insert(made: Scheduled, author_id: int) -> Statement:
    return Statement(
        """
        INSERT INTO scheduled
            (id, chat_id, author_id, nonce, text, reply_to, mentions, mention_all, send_at, claimed_at, failure)
        VALUES (%(id)s, %(chat_id)s, %(author_id)s, %(nonce)s, %(text)s, %(reply_to)s, %(mentions)s, %(mention_all)s,
                %(send_at)s, NULL, NULL)
        """,
        {name: getattr(made, name) for name in Scheduled.__struct_fields__}
        | {"author_id": author_id, "mentions": msgspec.json.encode(made.mentions).decode()},
    )


async def claim_of(tx: Transaction, scheduled_id: int, author_id: int) -> ClaimRow | None:
    """Whether somebody is posting it; nobody begins to until we commit."""
    return await tx.fetch_one(
        ClaimRow,
        """
        SELECT CASE WHEN failure IS NULL THEN claimed_at END AS claimed_at FROM scheduled
        WHERE id = %(id)s AND author_id = %(author_id)s FOR UPDATE
        """,
        id=scheduled_id,
        author_id=author_id,
    )


async def due(db: Database, now: int, stale: int, limit: int) -> list[DueRow]:
    """What should be posted by now, and is not being posted by somebody who began after `stale`."""
    return await db.fetch(
        DueRow,
        """
        SELECT id, author_id, send_at FROM scheduled
        WHERE failure IS NULL AND send_at <= %(now)s AND (claimed_at IS NULL OR claimed_at < %(stale)s)
        ORDER BY send_at LIMIT %(limit)s
        """,
        now=now,
        stale=stale,
        limit=limit,
    )


async def claim(tx: Transaction, scheduled_id: int, now: int, stale: int) -> Scheduled | None:
    """Begin to post it, unless somebody else has, or it was taken back."""
    claimed = await tx.execute(
        """
        UPDATE scheduled SET claimed_at = %(now)s
        WHERE id = %(id)s AND failure IS NULL AND (claimed_at IS NULL OR claimed_at < %(stale)s)
        """,
        id=scheduled_id,
        now=now,
        stale=stale,
    )
    if not claimed:
        return None
    [rows] = await tx.together(
        [Statement(f"SELECT {SCHEDULED} FROM scheduled WHERE id = %(id)s", {"id": scheduled_id})]
    )
    return read(rows)[0]


def fail(scheduled_id: int, failure: str) -> Statement:
    return Statement(
        "UPDATE scheduled SET failure = %(failure)s WHERE id = %(id)s", {"id": scheduled_id, "failure": failure}
    )


def postpone(scheduled_id: int, send_at: int) -> Statement:
    """Nobody is posting it; somebody may later."""
    return Statement(
        "UPDATE scheduled SET claimed_at = NULL, send_at = %(send_at)s WHERE id = %(id)s",
        {"id": scheduled_id, "send_at": send_at},
    )


def forget(scheduled_id: int) -> Statement:
    return Statement("DELETE FROM scheduled WHERE id = %(id)s", {"id": scheduled_id})


async def lock_waiting(tx: Transaction, author_id: int) -> list[Scheduled]:
    """What somebody has scheduled and nobody posts; nobody begins to until we commit."""
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT {SCHEDULED} FROM scheduled
                WHERE author_id = %(author_id)s AND claimed_at IS NULL ORDER BY id FOR UPDATE
                """,
                {"author_id": author_id},
            )
        ]
    )
    return read(rows)
