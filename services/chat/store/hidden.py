"""SQL of messages that somebody does not want to see again."""

from collections.abc import Sequence

from dialog.db import Database, Statement, Transaction


def put(chat_id: int, user_id: int, seqs: Sequence[int]) -> Statement:
    """Hide messages (at least one); those that are hidden already stay so."""
    return Statement(
        "INSERT INTO hidden (chat_id, user_id, seq) VALUES {rows} ON DUPLICATE KEY UPDATE seq = VALUES(seq)",
        row="(%(chat_id)s, %(user_id)s, %(seq)s)",
        rows=[{"chat_id": chat_id, "user_id": user_id, "seq": seq} for seq in seqs],
    )


async def among(
    reader: Database | Transaction, user_id: int, places: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Which of these (chat, seq), at least one, somebody has hidden."""
    rows = await reader.together(
        [
            Statement(
                """
                SELECT STRAIGHT_JOIN chat_id, seq FROM ({rows}) AS places
                JOIN hidden ON chat_id = at_chat AND user_id = at_user AND seq = at_seq
                """,
                row="SELECT %(chat)s AS at_chat, %(user)s AS at_user, %(seq)s AS at_seq",
                rows=[{"chat": chat_id, "user": user_id, "seq": seq} for chat_id, seq in places],
                glue=" UNION ALL ",
            )
        ]
    )
    return {(row["chat_id"], row["seq"]) for row in rows[0]}


def forget_upto(chat_id: int, user_id: int, seq: int) -> Statement:
    """What is hidden of what is cleared need not be known any more."""
    return Statement(
        "DELETE FROM hidden WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s AND seq <= %(seq)s",
        {"chat_id": chat_id, "user_id": user_id, "seq": seq},
    )


def forget_chat(chat_id: int) -> Statement:
    return Statement("DELETE FROM hidden WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
