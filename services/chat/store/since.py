"""SQL of what changed in chats since a client last looked."""

from collections.abc import Mapping

from dialog.db import Statement


def changed_since(select: str, known: Mapping[int, int], only: str = "", **params: int) -> Statement:
    """`only` is a further condition, with parameters of its own."""
    return Statement(
        f"{select} WHERE {only}{' AND ' if only else ''}({{rows}})",
        params,
        row="chat_id = %(chat_id)s AND rev > %(since)s",
        rows=[{"chat_id": chat_id, "since": since} for chat_id, since in known.items()],
        glue=" OR ",
    )
