"""SQL of search: in which chats somebody may find something, and how far these are indexed.

What is found there is in `terms`, and when it was sent in `times`.
"""

from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database, Row, Statement, rows_as
from dialog.protocol.chats import Mine

from . import terms, times
from .chats import SEAT


class SearchedChat(Struct, frozen=True):
    """What somebody is and has done in a chat, and whether some of it was ever kept from them."""

    mine: Mine
    keeps: bool


class IndexedRow(Struct, frozen=True):
    """How far a chat is indexed, and the latest time in it."""

    chat_id: int
    seq: int
    last_at: int


class ProgressRow(Struct, frozen=True):
    """A chat and how much of it there is, and how much of that is indexed."""

    chat_id: int
    head_seq: int
    seq: int | None


def places(user_id: int) -> Statement:
    """The chats of a person, and what they are to them, for `read_places`."""
    return Statement(
        f"""
        SELECT chat_id, {SEAT} FROM members FORCE INDEX (of_user)
        WHERE user_id = %(user_id)s AND left_seq IS NULL AND unaware = 0
        """,
        {"user_id": user_id},
    )


def read_places(rows: Sequence[Row]) -> dict[int, SearchedChat]:
    found = zip(rows, rows_as(Mine, rows), strict=True)
    return {row["chat_id"]: SearchedChat(mine, keeps=row["hidden_rev"] > 0) for row, mine in found}


def hold(chat_ids: Sequence[int]) -> Statement:
    """Have the index of these chats for ourselves until we commit."""
    return Statement(
        "INSERT INTO search_chats (chat_id, seq, last_at) VALUES {rows} ON DUPLICATE KEY UPDATE seq = seq",
        row="(%(chat_id)s, 0, 0)",
        rows=[{"chat_id": chat_id} for chat_id in sorted(chat_ids)],
    )


def indexed(chat_ids: Sequence[int]) -> list[Statement]:
    """How far these chats (at least one), which we hold, are indexed, for `read_indexed`."""
    return [
        Statement(
            "SELECT chat_id, seq, last_at FROM search_chats WHERE chat_id IN %(chat_ids)s", {"chat_ids": list(chat_ids)}
        ),
        Statement("SELECT id AS chat_id, head_seq FROM chats WHERE id IN %(chat_ids)s", {"chat_ids": list(chat_ids)}),
    ]


def read_indexed(rows: Sequence[list[Row]]) -> dict[int, tuple[IndexedRow, int]]:
    """Of those chats that there are, how far they are indexed, and how far they go."""
    heads = {row["chat_id"]: row["head_seq"] for row in rows[1]}
    return {row.chat_id: (row, heads[row.chat_id]) for row in rows_as(IndexedRow, rows[0]) if row.chat_id in heads}


def move(rows: Sequence[IndexedRow]) -> Statement:
    """Store how far chats (at least one) are indexed now."""
    return Statement(
        """
        INSERT INTO search_chats (chat_id, seq, last_at) VALUES {rows}
        ON DUPLICATE KEY UPDATE seq = VALUES(seq), last_at = VALUES(last_at)
        """,
        row="(%(chat_id)s, %(seq)s, %(last_at)s)",
        rows=[{"chat_id": row.chat_id, "seq": row.seq, "last_at": row.last_at} for row in rows],
    )


async def progress(db: Database, after: int, limit: int) -> list[ProgressRow]:
    """How far the next chats after one are indexed, whatever their state."""
    return await db.fetch(
        ProgressRow,
        """
        SELECT STRAIGHT_JOIN chats.id AS chat_id, head_seq, search_chats.seq
        FROM chats FORCE INDEX (PRIMARY) LEFT JOIN search_chats ON search_chats.chat_id = chats.id
        WHERE chats.id > %(after)s ORDER BY chats.id LIMIT %(limit)s
        """,
        after=after,
        limit=limit,
    )


def forget_chat(chat_id: int) -> list[Statement]:
    """Nothing of a chat is in the index any more."""
    return [
        hold([chat_id]),
        terms.forget_chat(chat_id),
        times.forget_chat(chat_id),
        Statement("DELETE FROM search_chats WHERE chat_id = %(chat_id)s", {"chat_id": chat_id}),
    ]
