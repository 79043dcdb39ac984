"""SQL of chats: what they are, who may act in them, and their numbers."""

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Database, Row, Statement, Transaction, rows_as
from dialog.protocol.chats import Chat, Role

CHAT = "chats.id, kind, title, avatar, head_seq, chats.rev, member_count, low_id, high_id, created_at"


PlaceRows = list[list[Row]]


class RoleRow(Struct, frozen=True):
    role: Role


class LockedChat(Chat, frozen=True, kw_only=True):
    """A chat whose row we hold, the `rev` of the last change of who is in it, and the bits of `barriers.Barrier`."""

    member_rev: int
    barriers: int


class Seat(Struct, frozen=True):
    """Somebody's place in a chat, and what of it is kept from them."""

    role: Role
    known_rev: int
    known_seq: int
    hidden_rev: int
    unaware: bool


class BarriersRow(Struct, frozen=True):
    barriers: int


SEAT = "role, known_rev, known_seq, hidden_rev, unaware"


def known(chat: Chat, seat: Seat) -> Chat:
    """The chat as far as the one in that seat can tell."""
    if seat.known_rev < chat.rev <= seat.hidden_rev:
        return replace(chat, rev=seat.known_rev, head_seq=seat.known_seq)
    return chat


class NumberRow(Struct, frozen=True):
    number: int


class CountRow(Struct, frozen=True):
    user_id: int
    number: int


def place(chat_id: int, user_id: int) -> list[Statement]:
    """The chat and the role of `user_id` in it, for `read_place`."""
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


def read_place(found: PlaceRows) -> tuple[Chat | None, Seat | None, int]:
    """The chat, the seat in it, and its barriers."""
    chats, seats, barriers = rows_as(Chat, found[0]), rows_as(Seat, found[1]), rows_as(BarriersRow, found[0])
    return chats[0] if chats else None, seats[0] if seats else None, barriers[0].barriers if barriers else 0


async def of(db: Database, user_id: int) -> list[tuple[Chat, Role]]:
    """Every chat that somebody is in, as far as they can tell, and their role in it."""
    [rows] = await db.together(
        [
            Statement(
                f"""
                SELECT {CHAT}, {SEAT} FROM members JOIN chats ON chats.id = members.chat_id
                WHERE members.user_id = %(user_id)s AND members.left_seq IS NULL AND members.unaware = 0
                ORDER BY chats.id DESC
                """,
                {"user_id": user_id},
            )
        ]
    )
    seats = rows_as(Seat, rows)
    return [(known(chat, seat), seat.role) for chat, seat in zip(rows_as(Chat, rows), seats, strict=True)]


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


async def get(db: Database, chat_id: int) -> Chat | None:
    return await db.fetch_one(Chat, f"SELECT {CHAT} FROM chats WHERE id = %(chat_id)s", chat_id=chat_id)


async def epoch(db: Database) -> int:
    row = await db.fetch_one(NumberRow, "SELECT epoch AS number FROM deployment WHERE id = 1")
    if row is None:
        raise LookupError("the table `deployment` must hold one row")
    return row.number


def insert(made: Chat, *, barriers: int = 0, version: int = 0) -> Statement:
    return Statement(
        """
        INSERT INTO chats
            (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at,
             barriers, pair_version)
        VALUES (%(id)s, %(kind)s, %(title)s, NULL, %(head_seq)s, %(rev)s, %(rev)s, %(member_count)s, %(low_id)s,
                %(high_id)s, %(created_at)s, %(barriers)s, %(version)s)
        """,
        {name: getattr(made, name) for name in Chat.__struct_fields__}
        | {"kind": made.kind.value, "barriers": barriers, "version": version},
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


async def lock(tx: Transaction, chat_ids: list[int]) -> dict[int, LockedChat]:
    """Those of the chats that exist, by id. Locked in the order of their ids, nobody else posts to them meanwhile."""
    chats = await tx.fetch(
        LockedChat,
        f"SELECT {CHAT}, member_rev, barriers FROM chats WHERE id IN %(chat_ids)s ORDER BY id FOR UPDATE",
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


async def set_barriers(db: Database, chat_id: int, barriers: int, version: int) -> None:
    """Store what stands between the two of a direct chat, unless something newer is stored; the upper bits are ours."""
    await db.execute(
        """
        UPDATE chats SET barriers = (barriers & 48) | %(barriers)s, pair_version = %(version)s
        WHERE id = %(chat_id)s AND pair_version < %(version)s
        """,
        chat_id=chat_id,
        barriers=barriers,
        version=version,
    )


def drop_barrier(chat_id: int, barrier: int) -> Statement:
    return Statement(
        "UPDATE chats SET barriers = barriers & ~%(barrier)s WHERE id = %(chat_id)s",
        {"chat_id": chat_id, "barrier": int(barrier)},
    )
