"""SQL of messages: pages, single ones, and what is written when somebody posts."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dialog.db import Row, Statement, Transaction, rows_as
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import Message

from .since import changed_since

MESSAGE = "chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at, notice"
POSTED = ("chat_id", "seq", "rev", "author_id", "nonce", "kind", "text", "reply_to", "sent_at")


def read(rows: Sequence[Row]) -> list[Message]:
    """Rows of MESSAGE. What a notice says is stored as JSON."""
    for row in rows:
        if row["notice"] is not None:
            row["notice"] = msgspec.json.decode(row["notice"])
    return rows_as(Message, rows)


def since(known: Mapping[int, int]) -> Statement:
    """What has changed in some chats (at least one) since the `rev` that is known of each."""
    return changed_since(f"SELECT {MESSAGE} FROM messages FORCE INDEX (changed)", known)


def at(places: Sequence[tuple[int, int]]) -> Statement:
    """The messages at these chats and numbers (at least one).

    As a list to join with, since each alternative of a WHERE costs MariaDB several times as much as a look-up.
    """
    return Statement(
        f"""
        SELECT {MESSAGE} FROM ({{rows}}) AS places STRAIGHT_JOIN messages ON chat_id = at_chat AND seq = at_seq
        """,
        row="SELECT %(at_chat)s AS at_chat, %(at_seq)s AS at_seq",
        rows=[{"at_chat": chat_id, "at_seq": seq} for chat_id, seq in places],
        glue=" UNION ALL ",
    )


def newest(chat_id: int, limit: int) -> Statement:
    return before(chat_id, 2**63, limit)


def before(chat_id: int, seq: int, limit: int) -> Statement:
    """The `limit` messages before `seq`, the newest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq < %(seq)s ORDER BY seq DESC LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


def after(chat_id: int, seq: int, limit: int) -> Statement:
    """The `limit` messages after `seq`, the oldest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq > %(seq)s ORDER BY seq LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


async def get(tx: Transaction, chat_id: int, seq: int) -> Message | None:
    sql = f"SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq = %(seq)s"
    [rows] = await tx.together([Statement(sql, {"chat_id": chat_id, "seq": seq})])
    return next(iter(read(rows)), None)


def change(changed: Message) -> Statement:
    """Store text, `rev` and times of a message that was edited or deleted."""
    return Statement(
        """
        UPDATE messages SET text = %(text)s, rev = %(rev)s, edited_at = %(edited_at)s, deleted_at = %(deleted_at)s,
            reply_to = %(reply_to)s, notice = %(notice)s
        WHERE chat_id = %(chat_id)s AND seq = %(seq)s
        """,
        {name: getattr(changed, name) for name in Message.__struct_fields__} | {"notice": _notice(changed)},
    )


def _notice(message: Message) -> str | None:
    return ENCODER.encode(message.notice).decode() if message.notice else None


async def sent_before(tx: Transaction, keys: Sequence[tuple[int, int, str]]) -> list[Message]:
    """The messages that were sent with these chats, authors and nonces."""
    [rows] = await tx.together(
        [
            Statement(
                f"SELECT {MESSAGE} FROM messages FORCE INDEX (sent_once) WHERE {{rows}}",
                row="chat_id = %(chat_id)s AND author_id = %(author_id)s AND nonce = %(nonce)s",
                rows=[dict(zip(("chat_id", "author_id", "nonce"), key, strict=True)) for key in keys],
                glue=" OR ",
            )
        ]
    )
    return read(rows)


def insert(messages: Sequence[Message]) -> Statement:
    rows: list[dict[str, Any]] = [{name: getattr(message, name) for name in POSTED} for message in messages]
    return Statement(
        """
        INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at) VALUES {rows}
        """,
        row="(%(chat_id)s, %(seq)s, %(rev)s, %(author_id)s, %(nonce)s, %(kind)s, %(text)s, %(reply_to)s, %(sent_at)s)",
        rows=rows,
    )


def insert_notice(message: Message) -> Statement:
    return Statement(
        """
        INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at, notice)
        VALUES (%(chat_id)s, %(seq)s, %(rev)s, %(author_id)s, %(nonce)s, %(kind)s, '', %(sent_at)s, %(notice)s)
        """,
        {name: getattr(message, name) for name in POSTED} | {"notice": _notice(message)},
    )
