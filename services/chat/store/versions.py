"""SQL of messages as they still are for somebody from whom later changes are kept."""

from collections.abc import Sequence

import msgspec

from dialog.db import Database, Statement, Transaction
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import Message

_MESSAGES = msgspec.json.Decoder(Message)


def put(user_id: int, message: Message) -> Statement:
    """To this person the message is this."""
    return Statement(
        """
        INSERT INTO versions (chat_id, seq, user_id, message) VALUES (%(chat_id)s, %(seq)s, %(user_id)s, %(message)s)
        ON DUPLICATE KEY UPDATE message = VALUES(message)
        """,
        {
            "chat_id": message.chat_id,
            "seq": message.seq,
            "user_id": user_id,
            "message": ENCODER.encode(message).decode(),
        },
    )


async def of(tx: Transaction, chat_id: int, seq: int) -> dict[int, Message]:
    """What a message still is for some, by person."""
    [rows] = await tx.together(
        [
            Statement(
                "SELECT user_id, message FROM versions WHERE chat_id = %(chat_id)s AND seq = %(seq)s",
                {"chat_id": chat_id, "seq": seq},
            )
        ]
    )
    return {row["user_id"]: _MESSAGES.decode(row["message"]) for row in rows}


async def among(db: Database, user_id: int, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Message]:
    """Those of these messages (chat and seq, at least one) that are something else for this person."""
    [rows] = await db.together(
        [
            Statement(
                """
                SELECT STRAIGHT_JOIN chat_id, seq, message FROM ({rows}) AS places
                JOIN versions ON chat_id = at_chat AND seq = at_seq AND user_id = at_user
                """,
                row="SELECT %(chat)s AS at_chat, %(seq)s AS at_seq, %(user)s AS at_user",
                rows=[{"chat": chat_id, "seq": seq, "user": user_id} for chat_id, seq in places],
                glue=" UNION ALL ",
            )
        ]
    )
    return {(row["chat_id"], row["seq"]): _MESSAGES.decode(row["message"]) for row in rows}


def drop(message: Message, user_id: int) -> Statement:
    """To this person the message is what it is to everybody."""
    return Statement(
        "DELETE FROM versions WHERE chat_id = %(chat_id)s AND seq = %(seq)s AND user_id = %(user_id)s",
        {"chat_id": message.chat_id, "seq": message.seq, "user_id": user_id},
    )


def forget(chat_id: int, seqs: Sequence[int]) -> Statement:
    return Statement(
        "DELETE FROM versions WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s", {"chat_id": chat_id, "seqs": seqs}
    )


def forget_upto(chat_id: int, seq: int) -> Statement:
    return Statement(
        "DELETE FROM versions WHERE chat_id = %(chat_id)s AND seq <= %(seq)s", {"chat_id": chat_id, "seq": seq}
    )
