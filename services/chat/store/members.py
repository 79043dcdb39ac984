"""SQL of members: who is in which chat.

Where a key is given whole its index is forced: for several members of one chat MariaDB would rather walk all of them.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from dialog.db import Database, Statement, Transaction, rows_as
from dialog.protocol.chats import Chat, Member, Role

from .chats import LockedChat
from .since import changed_since

MEMBER = "chat_id, user_id, role, joined_seq, rev, left_seq IS NOT NULL AS `left`"
PLACE = "chat_id = %(chat_id)s AND user_id = %(user_id)s"


class PairRow(Struct, frozen=True):
    chat_id: int
    user_id: int


class RosterRow(Struct, frozen=True):
    chat_id: int
    user_id: int
    role: Role


class PostedRow(Struct, frozen=True):
    chat_id: int
    user_id: int
    posted_at: int | None


class ChatRow(Struct, frozen=True):
    chat_id: int


class UserRow(Struct, frozen=True):
    user_id: int


def put(members: Sequence[Member], now: int) -> Statement:
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


def change(member: Member) -> Statement:
    """Store the role and `rev` of somebody who is in the chat."""
    return Statement(
        """
        UPDATE members SET role = %(role)s, rev = %(rev)s
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s
        """,
        {"chat_id": member.chat_id, "user_id": member.user_id, "role": member.role.value, "rev": member.rev},
    )


def end(member: Member, left_seq: int) -> Statement:
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


async def get(tx: Transaction, chat_id: int, user_id: int) -> Member | None:
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


async def shared(tx: Transaction, user_id: int, other_id: int) -> list[int]:
    """The chats that somebody is in and the other is or was in."""
    rows = await tx.fetch(
        ChatRow,
        """
        SELECT STRAIGHT_JOIN mine.chat_id FROM members AS mine FORCE INDEX (of_user)
        JOIN members AS theirs FORCE INDEX (PRIMARY)
            ON theirs.chat_id = mine.chat_id AND theirs.user_id = %(other_id)s
        WHERE mine.user_id = %(user_id)s AND mine.left_seq IS NULL ORDER BY mine.chat_id
        """,
        user_id=user_id,
        other_id=other_id,
    )
    return [row.chat_id for row in rows]


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


def end_all(chat_id: int, left_seq: int, rev: int) -> Statement:
    """Store that everybody has left."""
    return Statement(
        """
        UPDATE members SET role = 'member', left_seq = %(left_seq)s, rev = %(rev)s
        WHERE chat_id = %(chat_id)s AND left_seq IS NULL
        """,
        {"chat_id": chat_id, "left_seq": left_seq, "rev": rev},
    )


async def heir(tx: Transaction, chat_id: int, leaver_id: int) -> Member | None:
    """Who comes first besides `leaver_id`: the longest-standing admin, or else member."""
    return await tx.fetch_one(
        Member,
        f"""
        SELECT {MEMBER} FROM members
        WHERE chat_id = %(chat_id)s AND user_id <> %(leaver_id)s AND left_seq IS NULL
        ORDER BY role = 'member', joined_at, user_id LIMIT 1
        """,
        chat_id=chat_id,
        leaver_id=leaver_id,
    )


async def admin_ids(tx: Transaction, chat_id: int) -> list[int]:
    """The owner of a group and its admins."""
    rows = await tx.fetch(
        UserRow,
        """
        SELECT user_id FROM members
        WHERE chat_id = %(chat_id)s AND role IN ('owner', 'admin') AND left_seq IS NULL
        """,
        chat_id=chat_id,
    )
    return [row.user_id for row in rows]


async def last_posts(tx: Transaction, places: Sequence[tuple[int, int]]) -> list[PostedRow]:
    """When these people last posted to these chats (at least one) while slow mode was on."""
    [rows] = await tx.together(
        [
            Statement(
                "SELECT chat_id, user_id, posted_at FROM members FORCE INDEX (PRIMARY) WHERE {rows}",
                row=PLACE,
                rows=[{"chat_id": chat_id, "user_id": user_id} for chat_id, user_id in places],
                glue=" OR ",
            )
        ]
    )
    return rows_as(PostedRow, rows)


def note_posts(places: Sequence[tuple[int, int]], now: int) -> Statement:
    """Store that these people (at least one) have posted to these chats."""
    return Statement(
        "UPDATE members FORCE INDEX (PRIMARY) SET posted_at = %(now)s WHERE {rows}",
        {"now": now},
        row=PLACE,
        rows=[{"chat_id": chat_id, "user_id": user_id} for chat_id, user_id in places],
        glue=" OR ",
    )


def since(known: Mapping[int, int]) -> Statement:
    """Who has changed, likewise; those who left are among them."""
    return changed_since(f"SELECT {MEMBER} FROM members FORCE INDEX (changed)", known)


def now(chat_ids: list[int]) -> Statement:
    return Statement(
        f"SELECT {MEMBER} FROM members FORCE INDEX (PRIMARY) WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL",
        {"chat_ids": chat_ids},
    )


async def of(tx: Transaction, chat_ids: list[int]) -> list[RosterRow]:
    """Everybody who is in one of these chats, and as what."""
    return await tx.fetch(
        RosterRow,
        "SELECT chat_id, user_id, role FROM members WHERE chat_id IN %(chat_ids)s AND left_seq IS NULL",
        chat_ids=chat_ids,
    )


async def some_of(db: Database, chat_id: int, limit: int) -> list[int]:
    """Who is in one chat, the first `limit` of them."""
    rows = await db.fetch(
        UserRow,
        "SELECT user_id FROM members WHERE chat_id = %(chat_id)s AND left_seq IS NULL ORDER BY user_id LIMIT %(limit)s",
        chat_id=chat_id,
        limit=limit,
    )
    return [row.user_id for row in rows]


async def groups_of(db: Database, user_ids: list[int]) -> list[list[int]]:
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


def set_unaware(chat_id: int, user_id: int, *, unaware: bool) -> Statement:
    """Keep a chat from somebody who is in it, or no longer."""
    return Statement(
        "UPDATE members SET unaware = %(unaware)s WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s",
        {"chat_id": chat_id, "user_id": user_id, "unaware": int(unaware)},
    )


def keep_behind(before: Chat | LockedChat, user_id: int, rev: int) -> Statement:
    """Keep the change `rev` of a chat from somebody: they stay at what they knew `before`, or already before that."""
    return Statement(
        """
        UPDATE members
        SET known_seq = CASE WHEN hidden_rev = %(before)s THEN known_seq ELSE %(head_seq)s END,
            known_rev = CASE WHEN hidden_rev = %(before)s THEN known_rev ELSE %(before)s END,
            known_disappear = CASE WHEN hidden_rev = %(before)s THEN known_disappear ELSE %(disappear)s END,
            hidden_rev = %(rev)s
        WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s
        """,
        {
            "chat_id": before.id,
            "user_id": user_id,
            "before": before.rev,
            "head_seq": before.head_seq,
            "disappear": before.disappear_after,
            "rev": rev,
        },
    )
