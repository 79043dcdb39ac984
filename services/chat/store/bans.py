"""SQL of bans."""

from dialog.db import Database, Statement, Transaction
from dialog.protocol.bans import Ban

from .members import UserRow


def put(chat_id: int, ban: Ban) -> Statement:
    """Ban somebody; a ban that stands is left as it is."""
    return Statement(
        """
        INSERT INTO bans (chat_id, user_id, banned_by, banned_at)
        VALUES (%(chat_id)s, %(user_id)s, %(banned_by)s, %(banned_at)s)
        ON DUPLICATE KEY UPDATE banned_at = banned_at
        """,
        {"chat_id": chat_id, "user_id": ban.user_id, "banned_by": ban.banned_by, "banned_at": ban.banned_at},
    )


def lift(chat_id: int, user_id: int) -> Statement:
    return Statement(
        "DELETE FROM bans WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s",
        {"chat_id": chat_id, "user_id": user_id},
    )


async def among(db: Database | Transaction, chat_id: int, user_ids: list[int]) -> set[int]:
    """Which of these people are banned."""
    rows = await db.fetch(
        UserRow,
        "SELECT user_id FROM bans WHERE chat_id = %(chat_id)s AND user_id IN %(user_ids)s",
        chat_id=chat_id,
        user_ids=user_ids,
    )
    return {row.user_id for row in rows}


async def of(db: Database | Transaction, chat_id: int) -> list[Ban]:
    """The latest first."""
    return await db.fetch(
        Ban,
        """
        SELECT user_id, banned_by, banned_at FROM bans WHERE chat_id = %(chat_id)s ORDER BY banned_at DESC, user_id
        """,
        chat_id=chat_id,
    )


def forget_chat(chat_id: int) -> Statement:
    """Lift all bans from a group."""
    return Statement("DELETE FROM bans WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
