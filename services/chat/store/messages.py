"""SQL of messages: pages, single ones, and what is written when somebody posts."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from dialog.db import Row, Statement, Transaction, rows_as
from dialog.protocol.base import Id, Millis
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import Forwarded, Message, Reaction

from .places import PLACES, listed
from .since import changed_since

MESSAGE = "chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at, notice, body"
FOR_VIEWER = "(hidden_from IS NULL OR hidden_from <> %(viewer)s)"
"""Leaves out what somebody wrote to the viewer while they were blocked."""


class Body(Struct, frozen=True, omit_defaults=True):
    """What only some messages have: the JSON in the column `body`, which is null for the others."""

    deleted_by: Id | None = None
    edits: int = 0
    mentions: tuple[Id, ...] = ()
    mentions_all: bool = False
    forwarded: Forwarded | None = None
    reactions: tuple[Reaction, ...] = ()
    pinned_at: Millis | None = None
    expires_at: Millis | None = None


NO_BODY = Body()
_BODIES = msgspec.json.Decoder(dict[str, Any])


class Stored(Struct, frozen=True):
    """A message as it is on record, and whom it is hidden from."""

    message: Message
    hidden_from: int | None


class SeqRow(Struct, frozen=True):
    seq: int
    nonce: str


def read(rows: Sequence[Row]) -> list[Message]:
    """Rows of MESSAGE as what they are."""
    return rows_as(Message, [_whole(row) for row in rows])


def _whole(row: Row) -> Row:
    body = row.pop("body")
    if row["notice"] is not None:
        row["notice"] = _BODIES.decode(row["notice"])
    return row | _BODIES.decode(body) if body else row


def _columns(message: Message) -> Row:
    body = Body(**{name: getattr(message, name) for name in Body.__struct_fields__})
    columns = {name: getattr(message, name) for name in COLUMNS}
    return columns | {
        "notice": _notice(message),
        "body": None if body == NO_BODY else msgspec.json.encode(body).decode(),
    }


COLUMNS = tuple(name for name in Message.__struct_fields__ if name not in Body.__struct_fields__)


def since(known: Mapping[int, int], viewer: int) -> Statement:
    """What has changed in some chats (at least one) since the `rev` that is known of each."""
    return changed_since(f"SELECT {MESSAGE} FROM messages FORCE INDEX (changed)", known, FOR_VIEWER, viewer=viewer)


def at(places: Sequence[tuple[int, int]], viewer: int) -> Statement:
    """The messages at these chats and numbers (at least one).

    As a list to join with, since each alternative of a WHERE costs MariaDB several times as much as a look-up.
    """
    return Statement(
        f"""
        SELECT {MESSAGE}, hidden_from
        FROM {PLACES} STRAIGHT_JOIN messages FORCE INDEX (PRIMARY) ON chat_id = at_chat AND seq = at_number
        WHERE {FOR_VIEWER}
        """,
        {"viewer": viewer, "places": listed(places)},
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


def sent_since(chat_id: int, seqs: Sequence[int], at: int) -> Statement:
    """The first one of these messages (at least one) that was sent at a time or later: its `seq`, whoever sees it."""
    return Statement(
        """
        SELECT seq FROM messages FORCE INDEX (PRIMARY)
        WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s AND sent_at >= %(at)s
        ORDER BY seq LIMIT 1
        """,
        {"chat_id": chat_id, "seqs": tuple(seqs), "at": at},
    )


def between(spans: Sequence[tuple[int, int, int]]) -> Statement:
    """The messages of some chats (at least one), each from one `seq` to another, whoever sees them."""
    return Statement(
        f"SELECT {MESSAGE} FROM messages FORCE INDEX (PRIMARY) WHERE {{rows}}",
        row="chat_id = %(chat_id)s AND seq BETWEEN %(first)s AND %(last)s",
        rows=[{"chat_id": chat_id, "first": first, "last": last} for chat_id, first, last in spans],
        glue=" OR ",
    )


async def get(tx: Transaction, chat_id: int, seq: int, viewer: int) -> Stored | None:
    """A message that the viewer sees."""
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
    return next(iter(_stored(rows)), None)


def hide(made: Message, user_id: int) -> Statement:
    """Keep a message from somebody, for ever."""
    return Statement(
        "UPDATE messages SET hidden_from = %(user_id)s WHERE chat_id = %(chat_id)s AND seq = %(seq)s",
        {"chat_id": made.chat_id, "seq": made.seq, "user_id": user_id},
    )


async def among(tx: Transaction, chat_id: int, seqs: list[int]) -> list[Stored]:
    """Those of these messages (at least one) that there are, in the order of their `seq`."""
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT {MESSAGE}, hidden_from FROM messages
                WHERE chat_id = %(chat_id)s AND seq IN %(seqs)s ORDER BY seq
                """,
                {"chat_id": chat_id, "seqs": seqs},
            )
        ]
    )
    return _stored(rows)


def _stored(rows: Sequence[Row]) -> list[Stored]:
    hidden_from = [row["hidden_from"] for row in rows]
    return [Stored(*one) for one in zip(read(rows), hidden_from, strict=True)]


async def of_author(tx: Transaction, chat_id: int, author_id: int, after_nonce: str, limit: int) -> list[SeqRow]:
    """The next messages of somebody in a chat, in the order of their nonces, whether deleted or not."""
    return await tx.fetch(
        SeqRow,
        """
        SELECT seq, nonce FROM messages FORCE INDEX (sent_once)
        WHERE chat_id = %(chat_id)s AND author_id = %(author_id)s AND nonce > %(after_nonce)s
        ORDER BY nonce LIMIT %(limit)s
        """,
        chat_id=chat_id,
        author_id=author_id,
        after_nonce=after_nonce,
        limit=limit,
    )


def change(changed: Message) -> Statement:
    """Store what a message is now."""
    return Statement(
        """
        UPDATE messages SET text = %(text)s, rev = %(rev)s, edited_at = %(edited_at)s, deleted_at = %(deleted_at)s,
            reply_to = %(reply_to)s, notice = %(notice)s, body = %(body)s
        WHERE chat_id = %(chat_id)s AND seq = %(seq)s
        """,
        _columns(changed),
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
    return Statement(
        """
        INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, body) VALUES {rows}
        """,
        row="""
        (%(chat_id)s, %(seq)s, %(rev)s, %(author_id)s, %(nonce)s, %(kind)s, %(text)s, %(reply_to)s, %(sent_at)s,
         %(body)s)
        """,
        rows=[_columns(message) for message in messages],
    )


def forget_upto(chat_id: int, seq: int, limit: int) -> Statement:
    """Delete the rows of the oldest messages of a chat."""
    return Statement(
        "DELETE FROM messages WHERE chat_id = %(chat_id)s AND seq <= %(seq)s ORDER BY seq LIMIT %(limit)s",
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


def insert_notice(message: Message) -> Statement:
    return Statement(
        """
        INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at, notice)
        VALUES (%(chat_id)s, %(seq)s, %(rev)s, %(author_id)s, %(nonce)s, %(kind)s, '', %(sent_at)s, %(notice)s)
        """,
        _columns(message),
    )
