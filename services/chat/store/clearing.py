"""SQL of clearing: what somebody has cleared, what nobody has any more, and whose messages are to go."""

from msgspec import Struct

from dialog.db import Database, Statement, Transaction
from dialog.protocol.chats import Mine


class PurgeRow(Struct, frozen=True):
    chat_id: int
    asked_at: int


class WithdrawalRow(Struct, frozen=True):
    chat_id: int
    author_id: int
    upto: int
    after_nonce: str
    asked_at: int
    by_operator: bool


class FloorRow(Struct, frozen=True):
    present: int
    cleared_seq: int | None


class SeqRow(Struct, frozen=True):
    seq: int | None


def mark(chat_id: int, user_id: int, mine: Mine) -> Statement:
    """Store what somebody has cleared, closed and hidden."""
    return Statement(
        """
        UPDATE members SET cleared_seq = %(cleared_seq)s, closed_seq = %(closed_seq)s, mark = %(mark)s
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s
        """,
        {
            "chat_id": chat_id,
            "user_id": user_id,
            "cleared_seq": mine.cleared_seq,
            "closed_seq": mine.closed_seq,
            "mark": mine.mark,
        },
    )


def ask_purge(chat_id: int, now: int) -> Statement:
    """Have somebody look whether a part of the chat is nobody's any more. Each time asks anew: `purged` tells by it."""
    return Statement(
        """
        INSERT INTO purges (chat_id, asked_at) VALUES (%(chat_id)s, %(now)s)
        ON DUPLICATE KEY UPDATE asked_at = GREATEST(asked_at + 1, VALUES(asked_at))
        """,
        {"chat_id": chat_id, "now": now},
    )


async def purges(db: Database, limit: int) -> list[PurgeRow]:
    return await db.fetch(
        PurgeRow,
        "SELECT chat_id, asked_at FROM purges FORCE INDEX (oldest) ORDER BY asked_at LIMIT %(limit)s",
        limit=limit,
    )


async def floor(tx: Transaction, chat_id: int) -> FloorRow:
    """How many are in the chat, and up to where all of them have cleared it."""
    [row] = await tx.fetch(
        FloorRow,
        """
        SELECT COUNT(*) AS present, MIN(cleared_seq) AS cleared_seq FROM members
        WHERE chat_id = %(chat_id)s AND left_seq IS NULL
        """,
        chat_id=chat_id,
    )
    return row


async def oldest(tx: Transaction, chat_id: int) -> int | None:
    """The first message that is still there."""
    [row] = await tx.fetch(SeqRow, "SELECT MIN(seq) AS seq FROM messages WHERE chat_id = %(chat_id)s", chat_id=chat_id)
    return row.seq


def purged(row: PurgeRow) -> Statement:
    """Done, unless it was asked for again."""
    return Statement(
        "DELETE FROM purges WHERE chat_id = %(chat_id)s AND asked_at = %(asked_at)s",
        {"chat_id": row.chat_id, "asked_at": row.asked_at},
    )


def forget_members(chat_id: int) -> Statement:
    return Statement("DELETE FROM members WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})


def withdraw(chat_id: int, author_id: int, upto: int, now: int) -> Statement:
    """Have all messages of an author deleted for everyone, up to a number."""
    return Statement(
        """
        INSERT INTO withdrawals (chat_id, author_id, upto, after_nonce, asked_at)
        VALUES (%(chat_id)s, %(author_id)s, %(upto)s, '', %(now)s)
        ON DUPLICATE KEY UPDATE upto = VALUES(upto), after_nonce = '',
            asked_at = GREATEST(asked_at + 1, VALUES(asked_at))
        """,
        {"chat_id": chat_id, "author_id": author_id, "upto": upto, "now": now},
    )


async def withdrawals(db: Database, limit: int) -> list[WithdrawalRow]:
    return await db.fetch(
        WithdrawalRow,
        """
        SELECT chat_id, author_id, upto, after_nonce, asked_at, by_operator FROM withdrawals FORCE INDEX (oldest)
        ORDER BY asked_at LIMIT %(limit)s
        """,
        limit=limit,
    )


def withdrawn(row: WithdrawalRow, after_nonce: str) -> Statement:
    """It has come that far; unless it was asked for again."""
    return Statement(
        """
        UPDATE withdrawals SET after_nonce = %(after_nonce)s
        WHERE chat_id = %(chat_id)s AND author_id = %(author_id)s AND asked_at = %(asked_at)s
        """,
        {
            "chat_id": row.chat_id,
            "author_id": row.author_id,
            "asked_at": row.asked_at,
            "after_nonce": after_nonce,
        },
    )


def forget_withdrawal(row: WithdrawalRow) -> Statement:
    """Done, unless it was asked for again."""
    return Statement(
        """
        DELETE FROM withdrawals
        WHERE chat_id = %(chat_id)s AND author_id = %(author_id)s AND asked_at = %(asked_at)s
        """,
        {"chat_id": row.chat_id, "author_id": row.author_id, "asked_at": row.asked_at},
    )


def withdraw_everywhere(author_id: int, now: int) -> Statement:
    """Have all messages of an author deleted for everyone, by an operator, in all chats that they are or were in."""
    return Statement(
        """
        INSERT INTO withdrawals (chat_id, author_id, upto, after_nonce, asked_at, by_operator)
        SELECT members.chat_id, members.user_id, chats.head_seq, '', %(now)s, 1
        FROM members JOIN chats ON chats.id = members.chat_id
        WHERE members.user_id = %(author_id)s AND chats.kind <> 'saved'
        ON DUPLICATE KEY UPDATE upto = VALUES(upto), after_nonce = '', by_operator = 1,
            asked_at = GREATEST(withdrawals.asked_at + 1, VALUES(asked_at))
        """,
        {"author_id": author_id, "now": now},
    )
