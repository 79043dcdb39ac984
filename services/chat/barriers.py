"""What stands between the two people of a direct chat: blocks, and settings that refuse a stranger's messages.

auth knows it; the chat's row holds a copy, so that posting needs no further statement. What somebody writes to a person
who blocks them is kept for its author alone, for ever. The blocker's numbers stay in step nevertheless: for them the
chat stands where it stood before (`members.known_rev`), until something happens in it that they do see.
"""

from enum import IntFlag

from msgspec.structs import replace

from dialog.db import Statement, Transaction
from dialog.protocol.chats import Chat, ChatJoined
from dialog.protocol.messages import Message

from . import store
from .store.chats import LockedChat


class Barrier(IntFlag):
    """One of the two, the person with the lower or with the higher id, …"""

    LOW_BLOCKS = 1
    """… blocks the other;"""
    HIGH_BLOCKS = 2
    LOW_REFUSES = 4
    """… takes no messages from the other, by their settings;"""
    HIGH_REFUSES = 8
    LOW_UNAWARE = 16
    """… has not been told of the chat, since nothing in it was for them."""
    HIGH_UNAWARE = 32


BLOCKED = Barrier.LOW_BLOCKS | Barrier.HIGH_BLOCKS
"""One of the two blocks the other."""


def other_in(chat: Chat | LockedChat, user_id: int) -> int:
    """The other person of a direct chat."""
    return (chat.high_id if user_id == chat.low_id else chat.low_id) or 0


def bit(chat: Chat | LockedChat, user_id: int, of_low: Barrier) -> int:
    """The bit that says of this person what `of_low` says of the lower one."""
    return of_low if user_id == chat.low_id else of_low << 1


def blocker_of(chat: Chat | LockedChat, barriers: int, user_id: int) -> int | None:
    """The other one of a direct chat, if they block this person."""
    other_id = other_in(chat, user_id)
    return other_id if barriers & bit(chat, other_id, Barrier.LOW_BLOCKS) else None


def people_told(chat: Chat | LockedChat, barriers: int) -> list[int]:
    """Those of a direct chat who know of it."""
    people = [chat.low_id or 0, chat.high_id or 0]
    return [user_id for user_id in people if not barriers & bit(chat, user_id, Barrier.LOW_UNAWARE)]


def kept_from(before: Chat | LockedChat, message: Message, user_id: int) -> list[Statement]:
    """Keep a change of `before` from somebody: a message that is new, or one that they do not see."""
    made = [store.messages.hide(message, user_id)] if message.seq > before.head_seq else []
    return [*made, store.members.keep_behind(before, user_id, message.rev)]


async def make_aware(tx: Transaction, chat: Chat | LockedChat, user_id: int) -> None:
    """Somebody learns of a direct chat that was kept from them, as of the numbers in `chat`."""
    whole = await store.chats.get(tx, chat.id) if isinstance(chat, LockedChat) else chat
    tx.later(
        store.members.set_unaware(chat.id, user_id, unaware=False),
        store.chats.drop_barrier(chat.id, bit(chat, user_id, Barrier.LOW_UNAWARE)),
    )
    if whole:
        tx.publish(ChatJoined(chat=replace(whole, head_seq=chat.head_seq, rev=chat.rev)), f"user.{user_id}")
