"""SQL of pins."""

from msgspec import Struct

from dialog.db import Database, Statement, Transaction


class SeqRow(Struct, frozen=True):
    seq: int


async def of(reader: Database | Transaction, chat_id: int) -> list[int]:
    """The pinned messages of a chat."""
    rows = await reader.fetch(SeqRow, "SELECT seq FROM pins WHERE chat_id = %(chat_id)s ORDER BY seq", chat_id=chat_id)
    return [row.seq for row in rows]


def put(chat_id: int, seq: int, now: int) -> Statement:
    return Statement(
        """
        INSERT INTO pins (chat_id, seq, pinned_at) VALUES (%(chat_id)s, %(seq)s, %(now)s)
        ON DUPLICATE KEY UPDATE pinned_at = VALUES(pinned_at)
        """,
        {"chat_id": chat_id, "seq": seq, "now": now},
    )


def forget(chat_id: int, seqs: list[int]) -> Statement:
    return Statement(
        "DELETE FROM pins WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s", {"chat_id": chat_id, "seqs": seqs}
    )


def forget_upto(chat_id: int, seq: int) -> Statement:
    return Statement(
        "DELETE FROM pins WHERE chat_id = %(chat_id)s AND seq <= %(seq)s", {"chat_id": chat_id, "seq": seq}
    )
