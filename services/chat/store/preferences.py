"""SQL of preferences: how each person wants a chat. Read and written by that person's key only."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from dialog.db import Statement, Transaction, rows_as
from dialog.protocol.preferences import Preferences

PREFERENCES = "rev, muted_until, level, pinned_at, archived, important, marked_unread, draft"


class NumberRow(Struct, frozen=True):
    number: int


def among(user_id: int, chat_ids: Sequence[int]) -> Statement:
    """What somebody prefers about these chats; rows of `chat_id` and Preferences."""
    return Statement(
        f"""
        SELECT chat_id, {PREFERENCES} FROM preferences FORCE INDEX (PRIMARY)
        WHERE user_id = %(user_id)s AND chat_id IN %(chat_ids)s AND rev > 0
        """,
        {"user_id": user_id, "chat_ids": list(chat_ids)},
    )


async def locked(tx: Transaction, user_id: int, chat_id: int) -> Preferences:
    """What somebody prefers about a chat, theirs to change until we commit. The row is made if there is none."""
    key = {"user_id": user_id, "chat_id": chat_id}
    _, rows = await tx.together(
        [
            Statement(
                """
                INSERT INTO preferences (user_id, chat_id, rev, draft, changed_at)
                VALUES (%(user_id)s, %(chat_id)s, 0, '', 0) ON DUPLICATE KEY UPDATE rev = preferences.rev
                """,
                key,
            ),
            Statement(
                f"""
                SELECT {PREFERENCES} FROM preferences
                WHERE user_id = %(user_id)s AND chat_id = %(chat_id)s FOR UPDATE
                """,
                key,
            ),
        ]
    )
    return rows_as(Preferences, rows)[0]


async def pinned(tx: Transaction, user_id: int) -> int:
    """How many chats somebody has pinned."""
    row = await tx.fetch_one(
        NumberRow,
        "SELECT COUNT(*) AS number FROM preferences WHERE user_id = %(user_id)s AND pinned_at > 0",
        user_id=user_id,
    )
    return row.number if row else 0


def change(user_id: int, chat_id: int, prefs: Preferences, now: int) -> Statement:
    """Store what somebody prefers about a chat now."""
    return Statement(
        """
        UPDATE preferences SET rev = %(rev)s, muted_until = %(muted_until)s, level = %(level)s,
            pinned_at = %(pinned_at)s, archived = %(archived)s, important = %(important)s,
            marked_unread = %(marked_unread)s, draft = %(draft)s, changed_at = %(now)s
        WHERE user_id = %(user_id)s AND chat_id = %(chat_id)s
        """,
        {name: getattr(prefs, name) for name in Preferences.__struct_fields__}
        | {"level": prefs.level.value, "user_id": user_id, "chat_id": chat_id, "now": now},
    )


def forget(user_ids: Iterable[int], chat_id: int) -> Statement:
    """Forget what people preferred about a chat that is over."""
    return Statement(
        "DELETE FROM preferences WHERE user_id IN %(user_ids)s AND chat_id = %(chat_id)s",
        {"user_ids": list(user_ids), "chat_id": chat_id},
    )


def begin_anew(user_id: int, chat_id: int, now: int) -> Statement:
    """Forget what somebody preferred about a chat that they leave.

    The row stays, empty, for its `rev`: once they are back, a number that began anew would look older to a device that
    was away meanwhile.
    """
    return Statement(
        """
        UPDATE preferences SET rev = rev + 1, muted_until = 0, level = 'all', pinned_at = 0, archived = FALSE,
            important = FALSE, marked_unread = FALSE, draft = '', changed_at = %(now)s
        WHERE user_id = %(user_id)s AND chat_id = %(chat_id)s
        """,
        {"user_id": user_id, "chat_id": chat_id, "now": now},
    )


def forget_chat(chat_id: int) -> Statement:
    """Forget what anybody who was ever in a chat preferred about it."""
    return Statement(
        """
        DELETE preferences FROM members JOIN preferences
            ON preferences.user_id = members.user_id AND preferences.chat_id = members.chat_id
        WHERE members.chat_id = %(chat_id)s
        """,
        {"chat_id": chat_id},
    )
