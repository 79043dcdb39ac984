"""SQL of messages that disappear at their time."""

from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database, Statement
from dialog.protocol.messages import Message


class ExpiringRow(Struct, frozen=True):
    chat_id: int
    seq: int
    expires_at: int


def put(messages: Sequence[Message]) -> Statement:
    return Statement(
        "INSERT INTO expiring (chat_id, seq, expires_at) VALUES {rows}",
        row="(%(chat_id)s, %(seq)s, %(expires_at)s)",
        rows=[{"chat_id": one.chat_id, "seq": one.seq, "expires_at": one.expires_at} for one in messages],
    )


async def due(db: Database, now: int, limit: int) -> list[ExpiringRow]:
    """What should be gone by now, the longest overdue first."""
    return await db.fetch(
        ExpiringRow,
        """
        SELECT chat_id, seq, expires_at FROM expiring WHERE expires_at <= %(now)s ORDER BY expires_at LIMIT %(limit)s
        """,
        now=now,
        limit=limit,
    )


def forget(chat_id: int, seqs: list[int]) -> Statement:
    return Statement(
        "DELETE FROM expiring WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s", {"chat_id": chat_id, "seqs": seqs}
    )


def forget_upto(chat_id: int, seq: int) -> Statement:
    return Statement(
        "DELETE FROM expiring WHERE chat_id = %(chat_id)s AND seq <= %(seq)s", {"chat_id": chat_id, "seq": seq}
    )
