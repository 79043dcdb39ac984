"""What counts as unread: the same rule as the server's, so that a client need not ask it after each event."""

from dialog.protocol.messages import HIDDEN, Message


def counts(message: Message, me: int, rev: int) -> bool:
    """Whether a message that is not read is unread to `me`, as of the chat's `rev`.

    What was deleted is not; but one deleted after that `rev`, which is held already, was there then. What was cleared
    counts as read.
    """
    there = message.deleted_at is None or message.rev > rev
    return there and message.author_id != me and message.kind not in {"system", HIDDEN}


def mentions(message: Message, me: int, rev: int) -> bool:
    """Whether such a message mentions us."""
    return (message.mentions_all or me in message.mentions) and counts(message, me, rev)
