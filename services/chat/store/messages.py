"""SQL of messages: pages, single ones, and what is written when somebody posts."""

from collections.abc import Mapping, Sequence
from typing import Any

from dialog.db import Statement, Transaction, rows_as
from dialog.protocol.messages import Message

from .since import changed_since

MESSAGE = "chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at"
FOR_VIEWER = "(hidden_from IS NULL OR hidden_from <> %(viewer)s)"
"""Leaves out what somebody wrote to the viewer while they were blocked."""


def since(known: Mapping[int, int], viewer: int) -> Statement:
    """What has changed in some chats (at least one) since the `rev` that is known of each."""
    return changed_since(f"SELECT {MESSAGE} FROM messages FORCE INDEX (changed)", known, FOR_VIEWER, viewer=viewer)


def at(places: Sequence[tuple[int, int]], viewer: int) -> Statement:
    """The messages at these chats and numbers (at least one).

    As a list to join with, since each alternative of a WHERE costs MariaDB several times as much as a look-up.
    """
    return Statement(
        f"""
        SELECT {MESSAGE} FROM ({{rows}}) AS places STRAIGHT_JOIN messages ON chat_id = at_chat AND seq = at_seq
        WHERE {FOR_VIEWER}
        """,
        {"viewer": viewer},
        row="SELECT %(at_chat)s AS at_chat, %(at_seq)s AS at_seq",
        rows=[{"at_chat": chat_id, "at_seq": seq} for chat_id, seq in places],
        glue=" UNION ALL ",
    )


def newest(chat_id: int, limit: int, viewer: int) -> Statement:
    return before(chat_id, 2**63, limit, viewer)


def before(chat_id: int, seq: int, limit: int, viewer: int) -> Statement:
    """The `limit` messages before `seq`, the newest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq < %(seq)s AND {FOR_VIEWER}
        ORDER BY seq DESC LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit, "viewer": viewer},
    )


def after(chat_id: int, seq: int, limit: int, viewer: int) -> Statement:
    """The `limit` messages after `seq`, the oldest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq > %(seq)s AND {FOR_VIEWER}
        ORDER BY seq LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit, "viewer": viewer},
    )


async def get(tx: Transaction, chat_id: int, seq: int, viewer: int) -> tuple[Message | None, int | None]:
    """A message that the viewer sees, and whom it is hidden from."""
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT {MESSAGE}, hidden_from FROM messages
                WHERE chat_id = %(chat_id)s AND seq = %(seq)s AND {FOR_VIEWER}
                """,
                {"chat_id": chat_id, "seq": seq, "viewer": viewer},
            )
        ]
    )
    found = [(message, row["hidden_from"]) for message, row in zip(rows_as(Message, rows), rows, strict=True)]
    return found[0] if found else (None, None)


def hide(made: Message, user_id: int) -> Statement:
    """Keep a message from somebody, for ever."""
    return Statement(
        "UPDATE messages SET hidden_from = %(user_id)s WHERE chat_id = %(chat_id)s AND seq = %(seq)s",
        {"chat_id": made.chat_id, "seq": made.seq, "user_id": user_id},
    )


def change(changed: Message) -> Statement:
    """Store text, `rev` and times of a message that was edited or deleted."""
    return Statement(
        """
        UPDATE messages SET text = %(text)s, rev = %(rev)s, edited_at = %(edited_at)s, deleted_at = %(deleted_at)s,
            reply_to = %(reply_to)s
        WHERE chat_id = %(chat_id)s AND seq = %(seq)s
        """,
        {name: getattr(changed, name) for name in Message.__struct_fields__},
    )


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
    return rows_as(Message, rows)


def insert(messages: Sequence[Message]) -> Statement:
    rows: list[dict[str, Any]] = [
        {name: getattr(message, name) for name in Message.__struct_fields__} for message in messages
    ]
    return Statement(
        """
        INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at) VALUES {rows}
        """,
        row="(%(chat_id)s, %(seq)s, %(rev)s, %(author_id)s, %(nonce)s, %(kind)s, %(text)s, %(reply_to)s, %(sent_at)s)",
        rows=rows,
    )
