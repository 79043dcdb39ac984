"""All SQL of chat.

Where a key is given whole its index is forced: for several members of one chat MariaDB would rather walk all of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from dialog.db import Database, Row, Statement, Transaction, rows_as
from dialog.protocol.chats import Chat, Member, Role
from dialog.protocol.messages import Message

CHAT = "chats.id, kind, title, avatar, head_seq, chats.rev, member_count, low_id, high_id, created_at"
MEMBER = "chat_id, user_id, role, joined_seq, rev, left_seq IS NOT NULL AS `left`"
MESSAGE = "chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at"

PlaceRows = list[list[Row]]


class RoleRow(Struct, frozen=True):
    role: Role


class PairRow(Struct, frozen=True):
    chat_id: int
    user_id: int


class UserRow(Struct, frozen=True):
    user_id: int


class LockedChat(Chat, frozen=True, kw_only=True):
    """A chat whose row we hold, and the `rev` of the last change of who is in it."""

    member_rev: int


class NumberRow(Struct, frozen=True):
    number: int


class CountRow(Struct, frozen=True):
    user_id: int
    number: int


# --- chats


def place(chat_id: int, user_id: int) -> list[Statement]:
    """The chat and the role of `user_id` in it, for `read_place`."""
    return [
        Statement(f"SELECT {CHAT} FROM chats WHERE id = %(chat_id)s", {"chat_id": chat_id}),
        Statement(
            "SELECT role FROM members WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s AND left_seq IS NULL",
            {"chat_id": chat_id, "user_id": user_id},
        ),
    ]


def locked_place(chat_id: int, user_id: int) -> list[Statement]:
    """The same, with the chat's row locked: its numbers are ours until we commit."""
    chat, member = place(chat_id, user_id)
    return [Statement(chat.sql + " FOR UPDATE", chat.params), member]


def read_place(found: PlaceRows) -> tuple[Chat | None, Role | None]:
    chats, roles = rows_as(Chat, found[0]), rows_as(RoleRow, found[1])
    return chats[0] if chats else None, roles[0].role if roles else None


async def chats_of(db: Database, user_id: int) -> list[tuple[Chat, Role]]:
    """Every chat that somebody is in, and their role in it."""
    [rows] = await db.together(
        [
            Statement(
                f"""
                SELECT {CHAT}, role FROM members JOIN chats ON chats.id = members.chat_id
                WHERE members.user_id = %(user_id)s AND members.left_seq IS NULL
                ORDER BY chats.id DESC
                """,
                {"user_id": user_id},
            )
        ]
    )
    return list(zip(rows_as(Chat, rows), (row.role for row in rows_as(RoleRow, rows)), strict=True))


async def group_ids_of(db: Database, user_ids: list[int]) -> list[list[int]]:
    """The groups of each of these people (at least one), in their order."""
    rows = await db.fetch(
        PairRow,
        """
        SELECT STRAIGHT_JOIN chat_id, user_id
        FROM members FORCE INDEX (of_user) JOIN chats ON chats.id = members.chat_id
        WHERE members.user_id IN %(user_ids)s AND members.left_seq IS NULL AND chats.kind = 'group'
        """,
        user_ids=user_ids,
    )
    groups: dict[int, list[int]] = {user_id: [] for user_id in user_ids}
    for row in rows:
        groups[row.user_id].append(row.chat_id)
    return [groups[user_id] for user_id in user_ids]


async def chat_ids_of(db: Database, user_id: int) -> list[int]:
    rows = await db.fetch(
        NumberRow,
        "SELECT chat_id AS number FROM members WHERE user_id = %(user_id)s AND left_seq IS NULL ORDER BY chat_id",
        user_id=user_id,
    )
    return [row.number for row in rows]


async def chat_counts(db: Database, user_ids: list[int]) -> list[CountRow]:
    """How many chats each of these people is in; those in none are left out."""
    return await db.fetch(
        CountRow,
        """
        SELECT user_id, COUNT(*) AS number FROM members
        WHERE user_id IN %(user_ids)s AND left_seq IS NULL GROUP BY user_id
        """,
        user_ids=user_ids,
    )


async def direct_chat_id(db: Database, low_id: int, high_id: int) -> int | None:
    row = await db.fetch_one(
        NumberRow,
        "SELECT chat_id AS number FROM direct_chats WHERE low_id = %(low_id)s AND high_id = %(high_id)s",
        low_id=low_id,
        high_id=high_id,
    )
    return row.number if row else None


async def claim_direct_chat(db: Database, low_id: int, high_id: int, chat_id: int) -> None:
    """Make `chat_id` the one chat of these two. Raises Duplicate when they have one."""
    await db.execute(
        "INSERT INTO direct_chats (low_id, high_id, chat_id) VALUES (%(low_id)s, %(high_id)s, %(chat_id)s)",
        low_id=low_id,
        high_id=high_id,
        chat_id=chat_id,
    )


async def direct_partners(db: Database, user_id: int) -> list[int]:
    rows = await db.fetch(
        NumberRow,
        """
        SELECT high_id AS number FROM direct_chats WHERE low_id = %(user_id)s
        UNION SELECT low_id FROM direct_chats WHERE high_id = %(user_id)s
        """,
        user_id=user_id,
    )
    return [row.number for row in rows]


async def chat(db: Database, chat_id: int) -> Chat | None:
    return await db.fetch_one(Chat, f"SELECT {CHAT} FROM chats WHERE id = %(chat_id)s", chat_id=chat_id)


async def epoch(db: Database) -> int:
    row = await db.fetch_one(NumberRow, "SELECT epoch AS number FROM deployment WHERE id = 1")
    if row is None:
        raise LookupError("the table `deployment` must hold one row")
    return row.number


def insert_chat(made: Chat) -> Statement:
    return Statement(
        """
        INSERT INTO chats
            (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
        VALUES (%(id)s, %(kind)s, %(title)s, NULL, %(head_seq)s, %(rev)s, %(rev)s, %(member_count)s, %(low_id)s,
                %(high_id)s, %(created_at)s)
        """,
        {name: getattr(made, name) for name in Chat.__struct_fields__} | {"kind": made.kind.value},
    )


def move_rev(moved: Chat) -> Statement:
    """Store the `rev` of a chat that we hold the lock of, after a change of anything but who is in it."""
    return Statement("UPDATE chats SET rev = %(rev)s WHERE id = %(id)s", {"id": moved.id, "rev": moved.rev})


def move_members(moved: Chat) -> Statement:
    """The same after a change of who is in it."""
    return Statement(
        """
        UPDATE chats SET rev = %(rev)s, member_rev = %(rev)s, member_count = %(member_count)s WHERE id = %(id)s
        """,
        {"id": moved.id, "rev": moved.rev, "member_count": moved.member_count},
    )


# --- members


def put_members(members: Sequence[Member], now: int) -> Statement:
    """Insert members, or bring back those who had left."""
    return Statement(
        """
        INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev) VALUES {rows}
        ON DUPLICATE KEY UPDATE role = VALUES(role), joined_seq = VALUES(joined_seq), joined_at = VALUES(joined_at),
            left_seq = NULL, rev = VALUES(rev)
        """,
        row="(%(chat_id)s, %(user_id)s, %(role)s, %(joined_seq)s, %(now)s, NULL, %(rev)s)",
        rows=[
            {
                "chat_id": member.chat_id,
                "user_id": member.user_id,
                "role": member.role.value,
                "joined_seq": member.joined_seq,
                "now": now,
                "rev": member.rev,
            }
            for member in members
        ],
    )


def change_member(member: Member) -> Statement:
    """Store the role and `rev` of somebody who is in the chat."""
    return Statement(
        """
        UPDATE members SET role = %(role)s, rev = %(rev)s
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s
        """,
        {"chat_id": member.chat_id, "user_id": member.user_id, "role": member.role.value, "rev": member.rev},
    )


def end_member(member: Member, left_seq: int) -> Statement:
    """Store that somebody has left."""
    return Statement(
        """
        UPDATE members SET role = %(role)s, left_seq = %(left_seq)s, rev = %(rev)s
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s
        """,
        {
            "chat_id": member.chat_id,
            "user_id": member.user_id,
            "role": member.role.value,
            "left_seq": left_seq,
            "rev": member.rev,
        },
    )


async def member(tx: Transaction, chat_id: int, user_id: int) -> Member | None:
    """Somebody who is in the chat."""
    return await tx.fetch_one(
        Member,
        f"""
        SELECT {MEMBER} FROM members
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s AND left_seq IS NULL
        """,
        chat_id=chat_id,
        user_id=user_id,
    )


async def present_among(tx: Transaction, chat_id: int, user_ids: list[int]) -> set[int]:
    """Which of these people are in the chat."""
    rows = await tx.fetch(
        UserRow,
        """
        SELECT user_id FROM members FORCE INDEX (PRIMARY)
        WHERE chat_id = %(chat_id)s AND user_id IN %(user_ids)s AND left_seq IS NULL
        """,
        chat_id=chat_id,
        user_ids=user_ids,
    )
    return {row.user_id for row in rows}


async def ever_among(db: Database, chat_id: int, user_ids: list[int]) -> list[int]:
    """Which of these people are or were in the chat."""
    rows = await db.fetch(
        UserRow,
        """
        SELECT user_id FROM members FORCE INDEX (PRIMARY)
        WHERE chat_id = %(chat_id)s AND user_id IN %(user_ids)s
        """,
        chat_id=chat_id,
        user_ids=user_ids,
    )
    return [row.user_id for row in rows]


async def owner_and_heir(tx: Transaction, chat_id: int, leaver_id: int) -> tuple[Member | None, Member | None]:
    """Another owner, and the longest-standing member, besides `leaver_id`."""
    members = await tx.fetch(
        Member,
        f"""
        SELECT {MEMBER} FROM members
        WHERE chat_id = %(chat_id)s AND user_id <> %(leaver_id)s AND left_seq IS NULL
        ORDER BY role = 'owner' DESC, joined_at, user_id LIMIT 1
        """,
        chat_id=chat_id,
        leaver_id=leaver_id,
    )
    first = members[0] if members else None
    return (first, None) if first and first.role is Role.OWNER else (None, first)


# --- what changed


def messages_since(known: Mapping[int, int]) -> Statement:
    """What has changed in some chats (at least one) since the `rev` that is known of each."""
    return _since(f"SELECT {MESSAGE} FROM messages FORCE INDEX (changed)", known)


def members_since(known: Mapping[int, int]) -> Statement:
    """Who has changed, likewise; those who left are among them."""
    return _since(f"SELECT {MEMBER} FROM members FORCE INDEX (changed)", known)


def _since(select: str, known: Mapping[int, int]) -> Statement:
    return Statement(
        select + " WHERE {rows}",
        row="chat_id = %(chat_id)s AND rev > %(since)s",
        rows=[{"chat_id": chat_id, "since": since} for chat_id, since in known.items()],
        glue=" OR ",
    )


def members_now(chat_ids: list[int]) -> Statement:
    return Statement(
        f"SELECT {MEMBER} FROM members FORCE INDEX (PRIMARY) WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL",
        {"chat_ids": chat_ids},
    )


def messages_at(places: Sequence[tuple[int, int]]) -> Statement:
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


def newest_messages(chat_id: int, limit: int) -> Statement:
    return messages_before(chat_id, 2**63, limit)


# --- messages


def messages_before(chat_id: int, seq: int, limit: int) -> Statement:
    """The `limit` messages before `seq`, the newest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq < %(seq)s ORDER BY seq DESC LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


def messages_after(chat_id: int, seq: int, limit: int) -> Statement:
    """The `limit` messages after `seq`, the oldest first."""
    return Statement(
        f"""
        SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq > %(seq)s ORDER BY seq LIMIT %(limit)s
        """,
        {"chat_id": chat_id, "seq": seq, "limit": limit},
    )


async def message(tx: Transaction, chat_id: int, seq: int) -> Message | None:
    return await tx.fetch_one(
        Message,
        f"SELECT {MESSAGE} FROM messages WHERE chat_id = %(chat_id)s AND seq = %(seq)s",
        chat_id=chat_id,
        seq=seq,
    )


def change_message(changed: Message) -> Statement:
    """Store text, `rev` and times of a message that was edited or deleted."""
    return Statement(
        """
        UPDATE messages SET text = %(text)s, rev = %(rev)s, edited_at = %(edited_at)s, deleted_at = %(deleted_at)s,
            reply_to = %(reply_to)s
        WHERE chat_id = %(chat_id)s AND seq = %(seq)s
        """,
        {name: getattr(changed, name) for name in Message.__struct_fields__},
    )


# --- posting: read what is posted to, then write all with the commit


async def lock_chats(tx: Transaction, chat_ids: list[int]) -> dict[int, LockedChat]:
    """Those of the chats that exist, by id. Locked in the order of their ids, nobody else posts to them meanwhile."""
    chats = await tx.fetch(
        LockedChat,
        f"SELECT {CHAT}, member_rev FROM chats WHERE id IN %(chat_ids)s ORDER BY id FOR UPDATE",
        chat_ids=sorted(chat_ids),
    )
    return {chat.id: chat for chat in chats}


async def members_of(tx: Transaction, chat_ids: list[int]) -> list[PairRow]:
    """Everybody who is in one of these chats."""
    return await tx.fetch(
        PairRow,
        "SELECT chat_id, user_id FROM members WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL",
        chat_ids=chat_ids,
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


def advance_chats(chat_ids: list[int], count: int) -> Statement:
    """Move chats on by `count` messages each."""
    return Statement(
        """
        UPDATE chats SET head_seq = head_seq + %(count)s, rev = rev + %(count)s WHERE id IN %(chat_ids)s
        """,
        {"chat_ids": chat_ids, "count": count},
    )


def insert_messages(messages: Sequence[Message]) -> Statement:
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
