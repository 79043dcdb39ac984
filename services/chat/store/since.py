"""SQL of what changed in chats since a client last looked."""

from collections.abc import Mapping

from dialog.db import Statement


def changed_since(select: str, known: Mapping[int, int]) -> Statement:
    return Statement(
        select + " WHERE {rows}",
        row="chat_id = %(chat_id)s AND rev > %(since)s",
        rows=[{"chat_id": chat_id, "since": since} for chat_id, since in known.items()],
        glue=" OR ",
    )
