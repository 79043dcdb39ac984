"""What counts as unread: the same rule as the server's, so that a client need not ask it after each event."""

from collections.abc import Set as AbstractSet

from msgspec import Struct

from dialog.protocol.messages import HIDDEN, Message


class Reader(Struct, frozen=True):
    """Whose unread messages they are, and whom that person blocks."""

    me: int = 0
    blocked: AbstractSet[int] = frozenset()


def counts(message: Message, reader: Reader, rev: int) -> bool:
    """Whether a message that is not read is unread to somebody, as of the chat's `rev`.

    What was deleted is not; but one deleted after that `rev`, which is held already, was there then. What was cleared
    counts as read.
    """
    there = message.deleted_at is None or message.rev > rev
    said_to_us = message.author_id != reader.me and message.author_id not in reader.blocked
    return there and said_to_us and message.kind not in {"system", HIDDEN}


def mentions(message: Message, reader: Reader, rev: int) -> bool:
    """Whether such a message mentions them."""
    return (message.mentions_all or reader.me in message.mentions) and counts(message, reader, rev)
