"""What of a chat somebody is shown: nothing that they have cleared, and but a stub of what they have hidden."""

from collections.abc import Mapping, Sequence

from dialog.db import Database
from dialog.protocol.messages import Message, hidden

from . import store
from .own import Own


async def shown(db: Database, user_id: int, messages: Sequence[Message], owns: Mapping[int, Own]) -> list[Message]:
    """These messages, in their order, as `user_id` sees them; `owns` is theirs by chat, read before the messages."""
    left = [message for message in messages if message.seq > owns[message.chat_id].mine.cleared_seq]
    if kept := [(message.chat_id, message.seq) for message in left if owns[message.chat_id].keeps]:
        versions = await store.versions.among(db, user_id, kept)
        left = [versions.get((message.chat_id, message.seq), message) for message in left]
    places = [(message.chat_id, message.seq) for message in left if owns[message.chat_id].mine.mark]
    if not places:
        return left
    gone = await store.hidden.among(db, user_id, places)
    return [hidden(message) if (message.chat_id, message.seq) in gone else message for message in left]
