"""What of a chat somebody is shown: nothing that they have cleared, and but a stub of what they have hidden."""

from collections.abc import Mapping, Sequence

from dialog.db import Database
from dialog.protocol.chats import Mine
from dialog.protocol.messages import Message, hidden

from . import store


async def shown(db: Database, user_id: int, messages: Sequence[Message], mine: Mapping[int, Mine]) -> list[Message]:
    """These messages, in their order, as `user_id` sees them; `mine` is theirs by chat, read before the messages."""
    left = [message for message in messages if message.seq > mine[message.chat_id].cleared_seq]
    places = [(message.chat_id, message.seq) for message in left if mine[message.chat_id].mark]
    if not places:
        return left
    gone = await store.hidden.among(db, user_id, places)
    return [hidden(message) if (message.chat_id, message.seq) in gone else message for message in left]
