"""Mentions: whom a message wants to be told. Pure.

A text names people as `<@id>` and everybody as `<@all>` (docs/markdown.md). Who writes says which of these are meant:
the server reads no markdown. What the text does not name at all is dropped, so that nobody is called unseen.
"""

from collections.abc import Container

from dialog.protocol.messages import EditMessage, SendMessage


def mentioned(command: SendMessage | EditMessage, present: Container[int]) -> tuple[int, ...]:
    """Those of the mentioned who are in the chat and in the text, each once."""
    return tuple(
        user_id for user_id in dict.fromkeys(command.mentions) if user_id in present and f"<@{user_id}>" in command.text
    )


def mentions_all(command: SendMessage | EditMessage) -> bool:
    """Whether everybody is mentioned, and the text says so."""
    return command.mention_all and "<@all>" in command.text
