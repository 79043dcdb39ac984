"""SQL of authors whose messages were forwarded into a chat."""

from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database, Statement
from dialog.protocol.messages import Message


class AuthorRow(Struct, frozen=True):
    author_id: int


def put(copies: Sequence[Message]) -> Statement:
    authors = {(copy.chat_id, copy.forwarded.author_id) for copy in copies if copy.forwarded}
    return Statement(
        """
        INSERT INTO forwarded (chat_id, author_id) VALUES {rows}
        ON DUPLICATE KEY UPDATE author_id = VALUES(author_id)
        """,
        row="(%(chat_id)s, %(author_id)s)",
        rows=[{"chat_id": chat_id, "author_id": author_id} for chat_id, author_id in sorted(authors)],
    )


async def among(db: Database, chat_id: int, user_ids: list[int]) -> list[int]:
    """Which of these people wrote what was forwarded into the chat."""
    rows = await db.fetch(
        AuthorRow,
        "SELECT author_id FROM forwarded WHERE chat_id = %(chat_id)s AND author_id IN %(user_ids)s",
        chat_id=chat_id,
        user_ids=user_ids,
    )
    return [row.author_id for row in rows]


def forget_chat(chat_id: int) -> Statement:
    return Statement("DELETE FROM forwarded WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
