"""SQL of reactions: who reacted with what. The sums stand in the messages' own rows."""

from msgspec import Struct

from dialog.db import Statement, Transaction

KEY = "chat_id = %(chat_id)s AND seq = %(seq)s AND emoji = %(emoji)s"


class UserRow(Struct, frozen=True):
    user_id: int


async def has(tx: Transaction, chat_id: int, seq: int, emoji: str, user_id: int) -> bool:
    row = await tx.fetch_one(
        UserRow,
        f"SELECT user_id FROM reactions WHERE {KEY} AND user_id = %(user_id)s",
        chat_id=chat_id,
        seq=seq,
        emoji=emoji,
        user_id=user_id,
    )
    return row is not None


def put(chat_id: int, seq: int, emoji: str, user_id: int, now: int) -> Statement:
    return Statement(
        """
        INSERT INTO reactions (chat_id, seq, emoji, user_id, reacted_at)
        VALUES (%(chat_id)s, %(seq)s, %(emoji)s, %(user_id)s, %(now)s)
        """,
        {"chat_id": chat_id, "seq": seq, "emoji": emoji, "user_id": user_id, "now": now},
    )


def take(chat_id: int, seq: int, emoji: str, user_id: int) -> Statement:
    return Statement(
        f"DELETE FROM reactions WHERE {KEY} AND user_id = %(user_id)s",
        {"chat_id": chat_id, "seq": seq, "emoji": emoji, "user_id": user_id},
    )


async def first(tx: Transaction, chat_id: int, seq: int, emoji: str, limit: int) -> tuple[int, ...]:
    """Who reacted first, after the statements so far."""
    rows = await tx.fetch(
        UserRow,
        f"SELECT user_id FROM reactions WHERE {KEY} ORDER BY reacted_at, user_id LIMIT %(limit)s",
        chat_id=chat_id,
        seq=seq,
        emoji=emoji,
        limit=limit,
    )
    return tuple(row.user_id for row in rows)


async def page(tx: Transaction, chat_id: int, seq: int, emoji: str, *, after: int, limit: int) -> list[int]:
    """Who reacted, by id."""
    rows = await tx.fetch(
        UserRow,
        f"SELECT user_id FROM reactions WHERE {KEY} AND user_id > %(after)s ORDER BY user_id LIMIT %(limit)s",
        chat_id=chat_id,
        seq=seq,
        emoji=emoji,
        after=after,
        limit=limit,
    )
    return [row.user_id for row in rows]


def forget(chat_id: int, seqs: list[int]) -> Statement:
    return Statement(
        "DELETE FROM reactions WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s", {"chat_id": chat_id, "seqs": seqs}
    )


def forget_upto(chat_id: int, seq: int, limit: int) -> Statement:
    return Statement(
        "DELETE FROM reactions WHERE chat_id = %(chat_id)s AND seq <= %(seq)s ORDER BY seq LIMIT %(limit)s",
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )
