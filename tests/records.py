"""What chat has on record, read behind its back: for tests of what must not be there any more."""

from typing import Any

import asyncmy

from dialog.db import connection_arguments
from tests.servers import Servers

CONTENT = ("messages", "reactions", "edits", "pins", "hidden", "expiring")
"""Tables that hold something of a chat's messages."""


async def on_record(servers: Servers, sql: str, **params: Any) -> list[tuple[Any, ...]]:
    """The rows of a SELECT in chat's database."""
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("chat")))
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(sql, params)
            return list(await cursor.fetchall())
    finally:
        connection.close()


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
