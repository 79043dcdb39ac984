"""SQL of chats: what they are, who may act in them, and their numbers."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Database, Row, Statement, Transaction, rows_as
from dialog.protocol.chats import Chat, ChatKind, Mine, Role

CHAT = (
    "chats.id, kind, title, avatar, head_seq, chats.rev, member_count, low_id, high_id, created_at, description, "
    "slow_mode, may_send, may_add, may_edit, may_pin, may_call, may_delete, disappear_after"
)
SEAT = "role, cleared_seq, closed_seq, mark, known_rev, known_seq, known_disappear, hidden_rev, unaware"
READ = "GREATEST(joined_seq, cleared_seq, COALESCE(read_seq, joined_seq)) AS read_seq"
"""How far somebody has read: what was said before they joined, or what they have cleared, is not unread to them."""
READ_JOIN = "LEFT JOIN receipts ON receipts.chat_id = members.chat_id AND receipts.user_id = members.user_id"
PREFERENCES_JOIN = """
    LEFT JOIN preferences ON preferences.user_id = members.user_id AND preferences.chat_id = members.chat_id
"""
MOVED = """
    changed_at AS preferred_at, own_moved_at, (
        SELECT moved_at FROM receipts FORCE INDEX (moved) WHERE receipts.chat_id = members.chat_id
        ORDER BY moved_at DESC LIMIT 1
    ) AS received_at
"""

PlaceRows = list[list[Row]]


class LockedChat(Struct, frozen=True):
    """What posting needs to know of a chat whose row we hold."""

    id: int
    kind: ChatKind
    head_seq: int
    rev: int
    low_id: int | None
    high_id: int | None
    slow_mode: int
    may_send: Role
    disappear_after: int | None
    member_rev: int
    """Of the last change of who is in it, and as what."""
    barriers: int
    """Bits of `barriers.Barrier`."""
    friends: bool
    """Whether the two of a direct chat are."""


class Kept(Struct, frozen=True):
    """What of a chat is kept from somebody who is in it."""

    known_rev: int
    known_seq: int
    known_disappear: int | None
    hidden_rev: int
    unaware: bool


class Seat(Struct, frozen=True):
    """What somebody is and has done in a chat, and what of it is kept from them."""

    mine: Mine
    kept: Kept


class BarriersRow(Struct, frozen=True):
    barriers: int


def known(chat: Chat, kept: Kept) -> Chat:
    """The chat as far as somebody can tell from whom that is kept."""
    if kept.known_rev < chat.rev <= kept.hidden_rev:
        return replace(chat, rev=kept.known_rev, head_seq=kept.known_seq, disappear_after=kept.known_disappear)
    return chat


class MovedRow(Struct, frozen=True):
    """When what somebody prefers about a chat, and the receipts in it, last moved."""

    preferred_at: int | None = None
    own_moved_at: int | None = None
    received_at: int | None = None

    @property
    def moved_at(self) -> int:
        """0 if nothing has ever moved."""
        return max(self.preferred_at or 0, self.own_moved_at or 0, self.received_at or 0)


class NumberRow(Struct, frozen=True):
    number: int


class CountRow(Struct, frozen=True):
    user_id: int
    number: int


def place(chat_id: int, user_id: int) -> list[Statement]:
    """The chat and what `user_id` is and has done in it, for `read_place`."""
    return [
        Statement(f"SELECT {CHAT}, barriers FROM chats WHERE id = %(chat_id)s", {"chat_id": chat_id}),
        Statement(
            f"SELECT {SEAT} FROM members WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s AND left_seq IS NULL",
            {"chat_id": chat_id, "user_id": user_id},
        ),
    ]


def locked_place(chat_id: int, user_id: int) -> list[Statement]:
    """The same, with the chat's row locked: its numbers are ours until we commit."""
    chat, member = place(chat_id, user_id)
    return [Statement(chat.sql + " FOR UPDATE", chat.params), member]


def own_place(chat_id: int, user_id: int) -> list[Statement]:
    """The same, with the member's row locked instead: for what concerns only them."""
    chat, member = place(chat_id, user_id)
    return [chat, Statement(member.sql + " FOR UPDATE", member.params)]


def read_place(found: PlaceRows) -> tuple[Chat | None, Seat | None, int]:
    """The chat, the seat in it, and its barriers."""
    chats, seats, barriers = rows_as(Chat, found[0]), _seats(found[1]), rows_as(BarriersRow, found[0])
    return chats[0] if chats else None, seats[0] if seats else None, barriers[0].barriers if barriers else 0


def _seats(rows: Sequence[Row]) -> list[Seat]:
    return [Seat(mine, kept) for mine, kept in zip(rows_as(Mine, rows), rows_as(Kept, rows), strict=True)]


async def of(db: Database, user_id: int, *, moves: bool) -> list[tuple[Chat, Seat, MovedRow]]:
    """Every chat that somebody is in and knows of, as far as they can tell, and their seat in it, with what they read.

    With `moves` also when it moved; without, nothing ever has.
    """
    [rows] = await db.together(
        [
            Statement(
                f"""
                SELECT {CHAT}, {SEAT}, {READ} {f", {MOVED}" if moves else ""}
                FROM members JOIN chats ON chats.id = members.chat_id {READ_JOIN} {PREFERENCES_JOIN if moves else ""}
                WHERE members.user_id = %(user_id)s AND members.left_seq IS NULL AND members.unaware = 0
                ORDER BY chats.id DESC
                """,
                {"user_id": user_id},
            )
        ]
    )
    found = zip(rows_as(Chat, rows), _seats(rows), rows_as(MovedRow, rows), strict=True)
    return [(known(chat, seat.kept), seat, moved) for chat, seat, moved in found]


async def ids_of(db: Database, user_id: int) -> list[int]:
    rows = await db.fetch(
        NumberRow,
        "SELECT chat_id AS number FROM members WHERE user_id = %(user_id)s AND left_seq IS NULL ORDER BY chat_id",
        user_id=user_id,
    )
    return [row.number for row in rows]


async def counts(db: Database, user_ids: list[int]) -> list[CountRow]:
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


async def saved_chat_id(db: Database, user_id: int) -> int | None:
    row = await db.fetch_one(
        NumberRow, "SELECT chat_id AS number FROM saved_chats WHERE user_id = %(user_id)s", user_id=user_id
    )
    return row.number if row else None


async def claim_saved_chat(db: Database, user_id: int, chat_id: int) -> None:
    """Make `chat_id` somebody's saved messages. Raises Duplicate when they have them."""
    await db.execute(
        "INSERT INTO saved_chats (user_id, chat_id) VALUES (%(user_id)s, %(chat_id)s)",
        user_id=user_id,
        chat_id=chat_id,
    )


async def made_group_id(db: Database, user_id: int, nonce: str) -> int | None:
    """The group that somebody made with this nonce."""
    row = await db.fetch_one(
        NumberRow,
        "SELECT chat_id AS number FROM made_groups WHERE user_id = %(user_id)s AND nonce = %(nonce)s",
        user_id=user_id,
        nonce=nonce,
    )
    return row.number if row else None


def note_group(user_id: int, nonce: str, chat_id: int) -> Statement:
    """Raises Duplicate when they made one with this nonce."""
    return Statement(
        "INSERT INTO made_groups (user_id, nonce, chat_id) VALUES (%(user_id)s, %(nonce)s, %(chat_id)s)",
        {"user_id": user_id, "nonce": nonce, "chat_id": chat_id},
    )


def forget_group(chat_id: int) -> Statement:
    """Nobody asks for it any more."""
    return Statement("DELETE FROM made_groups WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})


async def direct_partners(db: Database, user_ids: Sequence[int]) -> list[list[int]]:
    """Those who share a direct chat with each of these people, in one round trip."""
    found = await db.together(
        [
            Statement(
                """
                SELECT high_id AS number FROM direct_chats WHERE low_id = %(user_id)s
                UNION SELECT low_id FROM direct_chats WHERE high_id = %(user_id)s
                """,
                {"user_id": user_id},
            )
            for user_id in user_ids
        ]
    )
    return [[row.number for row in rows_as(NumberRow, rows)] for rows in found]


async def get(db: Database | Transaction, chat_id: int) -> Chat | None:
    return await db.fetch_one(Chat, f"SELECT {CHAT} FROM chats WHERE id = %(chat_id)s", chat_id=chat_id)


async def epoch(db: Database) -> int:
    row = await db.fetch_one(NumberRow, "SELECT epoch AS number FROM deployment WHERE id = 1")
    if row is None:
        raise LookupError("the table `deployment` must hold one row")
    return row.number


def insert(made: Chat, *, barriers: int = 0, friends: bool = False, version: int = 0) -> Statement:
    return Statement(
        """
        INSERT INTO chats
            (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at,
             barriers, friends, pair_version)
        VALUES (%(id)s, %(kind)s, %(title)s, NULL, %(head_seq)s, %(rev)s, %(rev)s, %(member_count)s, %(low_id)s,
                %(high_id)s, %(created_at)s, %(barriers)s, %(friends)s, %(version)s)
        """,
        _columns(made) | {"barriers": barriers, "friends": int(friends), "version": version},
    )


def move_rev(moved: Chat | LockedChat) -> Statement:
    """Store the numbers of a chat that we hold the lock of, after a change of anything but who is in it as what."""
    return Statement(
        "UPDATE chats SET head_seq = %(head_seq)s, rev = %(rev)s WHERE id = %(id)s",
        {"id": moved.id, "head_seq": moved.head_seq, "rev": moved.rev},
    )


def move_members(moved: Chat) -> Statement:
    """The same after a change of who is in it, or as what."""
    return Statement(
        """
        UPDATE chats SET head_seq = %(head_seq)s, rev = %(rev)s, member_rev = %(rev)s, member_count = %(member_count)s
        WHERE id = %(id)s
        """,
        {"id": moved.id, "head_seq": moved.head_seq, "rev": moved.rev, "member_count": moved.member_count},
    )


def change(changed: Chat) -> Statement:
    """Store a group's title, description, settings and numbers."""
    return Statement(
        """
        UPDATE chats SET head_seq = %(head_seq)s, rev = %(rev)s, title = %(title)s, description = %(description)s,
            slow_mode = %(slow_mode)s, may_send = %(may_send)s, may_add = %(may_add)s, may_edit = %(may_edit)s,
            may_pin = %(may_pin)s, may_call = %(may_call)s, may_delete = %(may_delete)s
        WHERE id = %(id)s
        """,
        _columns(changed),
    )


def _columns(chat: Chat) -> Row:
    found = {name: getattr(chat, name) for name in Chat.__struct_fields__}
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in found.items()}


def set_disappearing(changed: Chat) -> Statement:
    """Store after how long messages disappear from now on, and the chat's numbers."""
    return Statement(
        """
        UPDATE chats SET head_seq = %(head_seq)s, rev = %(rev)s, disappear_after = %(disappear_after)s WHERE id = %(id)s
        """,
        _columns(changed),
    )


def delete(chat_id: int) -> Statement:
    return Statement("DELETE FROM chats WHERE id = %(chat_id)s", {"chat_id": chat_id})


async def lock(tx: Transaction, chat_ids: list[int]) -> dict[int, LockedChat]:
    """Those of the chats that exist, by id. Locked in the order of their ids, nobody else posts to them meanwhile."""
    chats = await tx.fetch(
        LockedChat,
        """
        SELECT id, kind, head_seq, rev, low_id, high_id, slow_mode, may_send, disappear_after, member_rev, barriers,
            friends
        FROM chats
        WHERE id IN %(chat_ids)s ORDER BY id FOR UPDATE
        """,
        chat_ids=sorted(chat_ids),
    )
    return {chat.id: chat for chat in chats}


def advance(chat_ids: list[int], count: int) -> Statement:
    """Move chats on by `count` messages each."""
    return Statement(
        """
        UPDATE chats SET head_seq = head_seq + %(count)s, rev = rev + %(count)s WHERE id IN %(chat_ids)s
        """,
        {"chat_ids": chat_ids, "count": count},
    )


async def set_barriers(db: Database, chat_id: int, barriers: int, version: int, *, friends: bool) -> None:
    """Store what stands between the two of a direct chat, and whether they are friends, unless something newer is
    stored; the upper bits are ours."""
    await db.execute(
        """
        UPDATE chats SET barriers = (barriers & 48) | %(barriers)s, friends = %(friends)s, pair_version = %(version)s
        WHERE id = %(chat_id)s AND pair_version < %(version)s
        """,
        chat_id=chat_id,
        barriers=barriers,
        friends=int(friends),
        version=version,
    )


async def are_friends(tx: Transaction, chat_id: int) -> bool:
    """Whether the two people of a direct chat are."""
    row = await tx.fetch_one(NumberRow, "SELECT friends AS number FROM chats WHERE id = %(chat_id)s", chat_id=chat_id)
    return row is not None and row.number > 0


def drop_barrier(chat_id: int, barrier: int) -> Statement:
    return Statement(
        "UPDATE chats SET barriers = barriers & ~%(barrier)s WHERE id = %(chat_id)s",
        {"chat_id": chat_id, "barrier": int(barrier)},
    )
