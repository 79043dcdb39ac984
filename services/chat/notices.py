"""Notices: how a group tells what was changed in it."""

from uuid import uuid4

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.chats import Chat
from dialog.protocol.messages import Message, MessagePosted
from dialog.protocol.notices import Notice

from . import access, store

SYSTEM = "system"
"""The kind of message that a notice is."""


def post_notice(tx: Transaction, chat: Chat, author_id: int, notice: Notice) -> Chat:
    """Say it, as the next message of a group that we hold the lock of. Returns the group moved on, to be stored."""
    chat = replace(chat, head_seq=chat.head_seq + 1, rev=chat.rev + 1)
    message = Message(
        chat_id=chat.id,
        seq=chat.head_seq,
        rev=chat.rev,
        author_id=author_id,
        kind=SYSTEM,
        text="",
        sent_at=now_ms(),
        nonce=str(uuid4()),
        notice=notice,
    )
    tx.later(store.messages.insert_notice(message))
    tx.publish(MessagePosted(message=message, nonce=message.nonce), *access.topics(chat))
    return chat
