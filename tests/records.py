"""What chat has on record, read behind its back: for tests of what must not be there any more."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import asyncmy

from dialog.db import connection_arguments
from tests.patience import PATIENCE
from tests.servers import Servers, Suite

CONTENT = ("messages", "reactions", "edits", "pins", "hidden", "expiring")
"""Tables that hold something of a chat's messages."""
BEHIND = """
    SELECT COUNT(*) FROM chats LEFT JOIN search_chats ON chat_id = id
    WHERE id IN %(chat_ids)s AND head_seq > COALESCE(seq, 0)
"""


async def on_record(servers: Servers, sql: str, **params: Any) -> list[tuple[Any, ...]]:
    """The rows of a SELECT in chat's database."""
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("chat")))
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(sql, params)
            return list(await cursor.fetchall())
    finally:
        connection.close()


async def change_record(servers: Servers, sql: str, **params: Any) -> None:
    """Change chat's database behind its back, as time would."""
    await on_record(servers, sql, **params)


async def indexed(suite: Suite, *chat_ids: int) -> None:
    """Return when all that was said in these chats can be found."""
    async with asyncio.timeout(PATIENCE):
        while await on_record(suite.servers, BEHIND, chat_ids=chat_ids) != [(0,)]:
            await asyncio.sleep(0.05)


async def kept(servers: Servers, chat_id: int) -> dict[str, int]:
    """How many rows each table of CONTENT holds of a chat; those without any are left out."""
    counts: dict[str, int] = {}
    for table in CONTENT:
        [(number,)] = await on_record(
            servers, f"SELECT COUNT(*) FROM {table} WHERE chat_id = %(chat_id)s", chat_id=chat_id
        )
        if number:
            counts[table] = number
    return counts


@asynccontextmanager
async def record_open(servers: Servers) -> AsyncGenerator[Any]:
    """A cursor in a transaction on chat's database, which ends without effect."""
    connection = await asyncmy.connect(**connection_arguments(servers.mysql_url("admin")))
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("USE dialog_chat")
            yield cursor
            await connection.rollback()
    finally:
        connection.close()
