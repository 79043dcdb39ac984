"""SQL of what messages said before they were edited."""

from dialog.db import Database, Statement, Transaction
from dialog.protocol.messages import Edit, Message


def put(before: Message, now: int) -> Statement:
    """Keep what a message says that is about to be edited."""
    return Statement(
        """
        INSERT INTO edits (chat_id, seq, version, text, written_at, replaced_at)
        VALUES (%(chat_id)s, %(seq)s, %(version)s, %(text)s, %(written_at)s, %(now)s)
        """,
        {
            "chat_id": before.chat_id,
            "seq": before.seq,
            "version": before.edits + 1,
            "text": before.text,
            "written_at": before.edited_at or before.sent_at,
            "now": now,
        },
    )


def forget_before(chat_id: int, seq: int, version: int) -> Statement:
    """Drop the versions before this one."""
    return Statement(
        "DELETE FROM edits WHERE chat_id = %(chat_id)s AND seq = %(seq)s AND version < %(version)s",
        {"chat_id": chat_id, "seq": seq, "version": version},
    )


async def of(tx: Transaction, chat_id: int, seq: int) -> list[Edit]:
    return await tx.fetch(
        Edit,
        """
        SELECT version, text, written_at FROM edits WHERE chat_id = %(chat_id)s AND seq = %(seq)s ORDER BY version
        """,
        chat_id=chat_id,
        seq=seq,
    )


def forget(chat_id: int, seqs: list[int]) -> Statement:
    return Statement(
        "DELETE FROM edits WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s", {"chat_id": chat_id, "seqs": seqs}
    )


def forget_upto(chat_id: int, seq: int, limit: int) -> Statement:
    return Statement(
        "DELETE FROM edits WHERE chat_id = %(chat_id)s AND seq <= %(seq)s ORDER BY seq LIMIT %(limit)s",
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


async def forget_old(db: Database, before: int, limit: int) -> int:
    """Drop versions that were replaced before that moment. Returns how many."""
    return await db.execute(
        "DELETE FROM edits WHERE replaced_at < %(before)s ORDER BY replaced_at LIMIT %(limit)s",
        before=before,
        limit=limit,
    )
