"""SQL of receipts: how far people have received and read, what is unread for them, and who shows it.

Where a key is given whole its index is forced, as in `members`.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from dialog.db import Database, Row, Statement, Transaction, rows_as
from dialog.protocol.chats import Chat
from dialog.protocol.receipts import RECEIPT_MEMBERS

from .chats import CHAT, READ, READ_JOIN
from .messages import FOR_VIEWER

COUNTED_TOGETHER = 32
"""Chats in one statement: each row that it counts is held against half of them on average."""


class Standing(Struct, frozen=True):
    """Somebody's place in a chat before a receipt of theirs is taken in."""

    chat_id: int
    user_id: int
    read_seq: int
    delivered_seq: int
    marked_unread: bool
    shows: bool
    barriers: int
    invisible: bool
    withheld: bool
    """Whether others see them further back."""


class Pointer(Struct, frozen=True):
    """How far somebody has come in a chat, and whether others may know."""

    chat_id: int
    user_id: int
    read_seq: int
    delivered_seq: int
    shows: bool


class Moved(Struct, frozen=True):
    """A pointer that was moved forward."""

    pointer: Pointer
    withheld: bool = False
    """Whether others go on seeing it where it was; nothing, if there was nothing yet."""


class UnreadRow(Struct, frozen=True):
    chat_id: int
    unread: int
    mentions: int


class Gap(Struct, frozen=True):
    """What of a chat somebody has not read, as of its `rev`: the messages after `read_seq`, up to `head_seq`."""

    chat_id: int
    read_seq: int
    head_seq: int
    rev: int
    hides: bool = False
    """Whether they may have hidden something there."""


class PairRow(Struct, frozen=True):
    chat_id: int
    user_id: int


def read_seq(chat_id: int, user_id: int) -> Statement:
    """How far somebody who is in the chat has read it."""
    return Statement(
        f"""
        SELECT {READ} FROM members {READ_JOIN}
        WHERE members.chat_id = %(chat_id)s AND members.user_id = %(user_id)s AND left_seq IS NULL
        """,
        {"chat_id": chat_id, "user_id": user_id},
    )


async def standings(tx: Transaction, pairs: Iterable[tuple[int, int]]) -> list[tuple[Chat, Standing]]:
    """Those of these people (chat and user, at least one) who are in these chats."""
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT STRAIGHT_JOIN {CHAT}, members.chat_id, members.user_id,
                    {READ},
                    GREATEST(joined_seq, COALESCE(delivered_seq, joined_seq)) AS delivered_seq,
                    COALESCE(marked_unread, FALSE) AS marked_unread, COALESCE(shows, TRUE) AS shows, barriers,
                    COALESCE(invisible, FALSE) AS invisible,
                    COALESCE(receipts.delivered_seq > shown_delivered_seq OR receipts.read_seq > shown_read_seq, FALSE)
                        AS withheld
                FROM ({{rows}}) AS asked
                JOIN members FORCE INDEX (PRIMARY) ON members.chat_id = in_chat AND members.user_id = who
                JOIN chats ON chats.id = in_chat
                LEFT JOIN receipts ON receipts.chat_id = in_chat AND receipts.user_id = who
                LEFT JOIN preferences ON preferences.user_id = who AND preferences.chat_id = in_chat
                LEFT JOIN receipt_choices ON receipt_choices.user_id = who
                WHERE left_seq IS NULL
                """,
                row="SELECT %(in_chat)s AS in_chat, %(who)s AS who",
                rows=[{"in_chat": chat_id, "who": user_id} for chat_id, user_id in pairs],
                glue=" UNION ALL ",
            )
        ]
    )
    return list(zip(rows_as(Chat, rows), rows_as(Standing, rows), strict=True))


def move(moved: Sequence[Moved], now: int) -> Statement:
    """Move pointers (at least one) forward. One that is behind what is stored changes nothing.

    The assignments are made from left to right: what others see is held where it was before the pointer moves on.
    """
    return Statement(
        """
        INSERT INTO receipts (chat_id, user_id, read_seq, delivered_seq, moved_at, own_moved_at,
            shown_read_seq, shown_delivered_seq)
        VALUES {rows}
        ON DUPLICATE KEY UPDATE
            shown_delivered_seq = CASE WHEN VALUES(shown_read_seq) IS NOT NULL
                THEN COALESCE(shown_delivered_seq, delivered_seq) END,
            shown_read_seq = CASE WHEN VALUES(shown_read_seq) IS NOT NULL THEN COALESCE(shown_read_seq, read_seq) END,
            moved_at = GREATEST(moved_at, VALUES(moved_at)), own_moved_at = VALUES(own_moved_at),
            read_seq = GREATEST(read_seq, VALUES(read_seq)),
            delivered_seq = GREATEST(delivered_seq, VALUES(delivered_seq))
        """,
        row="""
        (%(chat_id)s, %(user_id)s, %(read_seq)s, %(delivered_seq)s, %(told_at)s, %(now)s, %(shown_read_seq)s,
         %(shown_delivered_seq)s)
        """,
        rows=[_moved(one, now) for one in moved],
    )


def _moved(moved: Moved, now: int) -> Row:
    nothing = 0 if moved.withheld else None
    return {
        "chat_id": moved.pointer.chat_id,
        "user_id": moved.pointer.user_id,
        "read_seq": moved.pointer.read_seq,
        "delivered_seq": moved.pointer.delivered_seq,
        "now": now,
        "told_at": 0 if moved.withheld else now,
        "shown_read_seq": nothing,
        "shown_delivered_seq": nothing,
    }


def touch(user_id: int, chat_ids: Sequence[int], now: int, told_at: int = 0) -> Statement:
    """Have somebody's devices told these chats (at least one) when they sync, and with `told_at` those of others."""
    return Statement(
        """
        INSERT INTO receipts (chat_id, user_id, read_seq, delivered_seq, moved_at, own_moved_at,
            shown_read_seq, shown_delivered_seq)
        VALUES {rows}
        ON DUPLICATE KEY UPDATE moved_at = GREATEST(moved_at, VALUES(moved_at)), own_moved_at = VALUES(own_moved_at)
        """,
        row="(%(chat_id)s, %(user_id)s, 0, 0, %(told_at)s, %(now)s, 0, 0)",
        rows=[{"chat_id": chat_id, "user_id": user_id, "told_at": told_at, "now": now} for chat_id in chat_ids],
    )


MENTIONED = """
    CASE WHEN JSON_CONTAINS(body, %(as_json)s, '$.mentions') OR JSON_CONTAINS(body, 'true', '$.mentions_all') THEN 1 END
"""
"""Null of a message that does not mention somebody, so that COUNT leaves it out."""
NOT_HIDDEN = """
    AND NOT EXISTS (
        SELECT 1 FROM hidden
        WHERE hidden.chat_id = messages.chat_id AND hidden.user_id = %(user_id)s AND hidden.seq = messages.seq
    )
"""
GAP = ("chat_id", "read_seq", "head_seq", "rev")


def unread(user_id: int, gaps: Sequence[Gap], blocked: Collection[int] = ()) -> list[Statement]:
    """What `user_id` has not read in these chats, for `read_unread`; chats in which it is nothing are left out, and so
    is what they do not see and what those write whom they block.

    As of each chat's `rev`: what was deleted later was there then. Only the gaps are read, in which all that decides is
    in the messages' own rows, besides what was hidden: there is nothing to keep, and nothing that could drift.
    """
    return [
        Statement(
            f"""
            SELECT chat_id, COUNT(*) AS unread, COUNT({MENTIONED}) AS mentions FROM messages FORCE INDEX (PRIMARY)
            WHERE ({{rows}}) AND author_id NOT IN %(not_from)s AND kind <> 'system' AND {FOR_VIEWER}
                {NOT_HIDDEN if hides else ""}
            GROUP BY chat_id
            """,
            {
                "user_id": user_id,
                "viewer": user_id,
                "as_json": str(user_id),
                "not_from": [user_id, *sorted(blocked)],
            },
            row="""chat_id = %(chat_id)s AND seq > %(read_seq)s AND seq <= %(head_seq)s
                AND (deleted_at IS NULL OR rev > %(rev)s)""",
            rows=[{name: getattr(gap, name) for name in GAP} for gap in some[start:end]],
            glue=" OR ",
        )
        for hides in (False, True)
        if (some := [gap for gap in gaps if gap.hides is hides])
        for start, end in _parts(len(some))
    ]


def _parts(count: int) -> list[tuple[int, int]]:
    return [(start, start + COUNTED_TOGETHER) for start in range(0, count, COUNTED_TOGETHER)]


def read_unread(found: Iterable[list[Row]]) -> dict[int, UnreadRow]:
    """What those statements found, by chat."""
    return {row.chat_id: row for rows in found for row in rows_as(UnreadRow, rows)}


def pointers_in(chat_ids: Sequence[int], viewer: int = 0) -> Statement:
    """How far all others are seen to have come in these chats of whom there is anything to be seen, as `Pointer`.

    The viewer is told from them by a sum, which is no reason to look up each chat twice: before and after the viewer.
    """
    return Statement(
        """
        SELECT chat_id, receipts.user_id, COALESCE(shown_read_seq, read_seq) AS read_seq,
            COALESCE(shown_delivered_seq, delivered_seq) AS delivered_seq, COALESCE(shows, TRUE) AS shows
        FROM receipts FORCE INDEX (PRIMARY) LEFT JOIN receipt_choices ON receipt_choices.user_id = receipts.user_id
        WHERE chat_id IN %(chat_ids)s AND receipts.user_id + 0 <> %(viewer)s
            AND (shown_delivered_seq IS NULL OR shown_delivered_seq > 0)
        """,
        {"chat_ids": list(chat_ids), "viewer": viewer},
    )


async def of_message(db: Database, chat_id: int, seq: int, author_id: int) -> list[Pointer]:
    """How far those are seen to have come who were in the chat when message `seq` was posted, besides its author."""
    return await db.fetch(
        Pointer,
        """
        SELECT members.chat_id, members.user_id,
            GREATEST(joined_seq, COALESCE(shown_read_seq, read_seq, joined_seq)) AS read_seq,
            GREATEST(joined_seq, COALESCE(shown_delivered_seq, delivered_seq, joined_seq)) AS delivered_seq,
            COALESCE(shows, TRUE) AS shows
        FROM members FORCE INDEX (PRIMARY)
        LEFT JOIN receipts ON receipts.chat_id = members.chat_id AND receipts.user_id = members.user_id
        LEFT JOIN receipt_choices ON receipt_choices.user_id = members.user_id
        WHERE members.chat_id = %(chat_id)s AND joined_seq < %(seq)s AND (left_seq IS NULL OR left_seq >= %(seq)s)
            AND members.user_id <> %(author_id)s
        """,
        chat_id=chat_id,
        seq=seq,
        author_id=author_id,
    )


async def showless(db: Database, chat_ids: Sequence[int]) -> list[PairRow]:
    """Who of the members of these chats shows no receipts, and so sees none."""
    return await db.fetch(
        PairRow,
        """
        SELECT STRAIGHT_JOIN chat_id, members.user_id
        FROM members FORCE INDEX (PRIMARY) JOIN receipt_choices ON receipt_choices.user_id = members.user_id
        WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL AND NOT shows
        """,
        chat_ids=list(chat_ids),
    )


async def members_of(db: Database, chat_ids: Sequence[int]) -> list[PairRow]:
    """Everybody who is in one of these chats."""
    return await db.fetch(
        PairRow,
        "SELECT chat_id, user_id FROM members WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL",
        chat_ids=list(chat_ids),
    )


class ChoiceRow(Struct, frozen=True):
    shows: bool
    rev: int


async def choose(tx: Transaction, user_id: int, *, shows: bool, rev: int) -> bool:
    """Take note of whether somebody shows receipts, by their settings of this `rev`, unless newer ones are known.

    Returns whether that has changed.
    """
    key = {"user_id": user_id}
    _, rows = await tx.together(
        [
            Statement(
                """
                INSERT INTO receipt_choices (user_id, shows, rev) VALUES (%(user_id)s, TRUE, 0)
                ON DUPLICATE KEY UPDATE rev = receipt_choices.rev
                """,
                key,
            ),
            Statement("SELECT shows, rev FROM receipt_choices WHERE user_id = %(user_id)s FOR UPDATE", key),
        ]
    )
    [known] = rows_as(ChoiceRow, rows)
    if known.rev >= rev:
        return False
    tx.later(
        Statement(
            "UPDATE receipt_choices SET shows = %(shows)s, rev = %(rev)s WHERE user_id = %(user_id)s",
            key | {"shows": shows, "rev": rev},
        )
    )
    return known.shows is not shows


async def shows(db: Database, user_id: int) -> bool:
    """Whether somebody shows receipts."""
    [rows] = await db.together([hiding_among([user_id])])
    return not rows


async def of_person(db: Database, user_id: int) -> list[tuple[Chat, int, Pointer]]:
    """The chats with others in which somebody's receipts can be told, their barriers, and how far they are seen."""
    [rows] = await db.together(
        [
            Statement(
                f"""
                SELECT STRAIGHT_JOIN {CHAT}, barriers, members.chat_id, members.user_id,
                    CAST(COALESCE(shown_read_seq, read_seq, 0) AS UNSIGNED) AS read_seq,
                    CAST(COALESCE(shown_delivered_seq, delivered_seq, 0) AS UNSIGNED) AS delivered_seq, TRUE AS shows
                FROM members FORCE INDEX (of_user) JOIN chats ON chats.id = members.chat_id {READ_JOIN}
                WHERE members.user_id = %(user_id)s AND left_seq IS NULL
                    AND member_count BETWEEN 2 AND {RECEIPT_MEMBERS}
                ORDER BY members.chat_id
                """,
                {"user_id": user_id},
            )
        ]
    )
    barriers = [row["barriers"] for row in rows]
    return list(zip(rows_as(Chat, rows), barriers, rows_as(Pointer, rows), strict=True))


class InvisibleRow(Struct, frozen=True):
    invisible: bool


async def note_invisible(tx: Transaction, user_id: int, *, invisible: bool, rev: int) -> bool:
    """Take note of whether somebody is invisible as of this `rev`. Returns whether they are, by the newest one."""
    key = {"user_id": user_id}
    _, rows = await tx.together(
        [
            Statement(
                """
                INSERT INTO receipt_choices (user_id, shows, invisible, status_rev)
                VALUES (%(user_id)s, TRUE, %(invisible)s, %(rev)s)
                ON DUPLICATE KEY UPDATE
                    invisible = CASE WHEN VALUES(status_rev) > status_rev THEN VALUES(invisible) ELSE invisible END,
                    status_rev = GREATEST(status_rev, VALUES(status_rev))
                """,
                key | {"invisible": invisible, "rev": rev},
            ),
            Statement("SELECT invisible FROM receipt_choices WHERE user_id = %(user_id)s", key),
        ]
    )
    return rows_as(InvisibleRow, rows)[0].invisible


async def withheld(tx: Transaction, user_id: int) -> list[tuple[Chat, Pointer]]:
    """Where others do not see how far somebody has come, but for direct chats with a block; by chat."""
    [rows] = await tx.together(
        [
            Statement(
                f"""
                SELECT STRAIGHT_JOIN {CHAT}, receipts.chat_id, receipts.user_id, read_seq, delivered_seq,
                    COALESCE(shows, TRUE) AS shows
                FROM members FORCE INDEX (of_user)
                JOIN receipts FORCE INDEX (PRIMARY)
                    ON receipts.chat_id = members.chat_id AND receipts.user_id = members.user_id
                JOIN chats ON chats.id = members.chat_id
                LEFT JOIN receipt_choices ON receipt_choices.user_id = members.user_id
                WHERE members.user_id = %(user_id)s AND left_seq IS NULL AND shown_read_seq IS NOT NULL
                    AND receipts.delivered_seq > 0 AND barriers & 3 = 0
                ORDER BY members.chat_id
                """,
                {"user_id": user_id},
            )
        ]
    )
    return list(zip(rows_as(Chat, rows), rows_as(Pointer, rows), strict=True))


def hiding_among(user_ids: Sequence[int]) -> Statement:
    """Those of these people (at least one) who show no receipts; rows of `user_id`."""
    return Statement(
        "SELECT user_id FROM receipt_choices WHERE user_id IN %(user_ids)s AND NOT shows", {"user_ids": list(user_ids)}
    )


def forget_chat(chat_id: int) -> Statement:
    return Statement("DELETE FROM receipts WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
