"""What counts as unread: the same rule as the server's, so that a client need not ask it after each event."""

from dialog.protocol.messages import Message


def counts(message: Message, me: int, rev: int) -> bool:
    """Whether a message that is not read is unread to `me`, as of the chat's `rev`.

    What was deleted is not; but one deleted after that `rev`, which is held already, was there then.
    """
    there = message.deleted_at is None or message.rev > rev
    return there and message.author_id != me and message.kind != "system"


def mentions(_message: Message, _me: int, _rev: int) -> bool:
    """Whether such a message mentions us. Nothing does yet."""
    return False
