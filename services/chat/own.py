"""What of a chat concerns one person alone: how far they have read, what is unread, how they want it."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Row, Statement, Transaction, rows_as
from dialog.ids import now_ms
from dialog.protocol.chats import Chat, Mine
from dialog.protocol.preferences import Preferences, PrefsChanged
from dialog.protocol.receipts import RECEIPT_MEMBERS

from . import store
from .store.receipts import Gap, Pointer


class Own(Struct, frozen=True):
    """A chat, and what somebody is and has done in it, with how far they have read it."""

    chat: Chat
    mine: Mine
    keeps: bool = False
    """Whether some of the chat was ever kept from them."""


class Sides(Struct, frozen=True):
    """What one person sees of several chats besides what everybody sees."""

    prefs: dict[int, Preferences]
    unread: dict[int, store.receipts.UnreadRow]
    pointers: dict[int, list[Pointer]]

    def mine(self, own: Own) -> Mine:
        """What concerns only them in one of the chats."""
        count = self.unread.get(own.chat.id)
        return replace(
            own.mine,
            unread=count.unread if count else 0,
            mentions=count.mentions if count else 0,
            prefs=self.prefs.get(own.chat.id),
        )


class SidesRead:
    """The statements that tell the sides of some chats (at least one), and what becomes of their rows.

    One statement each for preferences and for receipts, and one per so many chats in which something is unread.
    """

    def __init__(self, user_id: int, owns: Sequence[Own], blocked: Collection[int]) -> None:
        """`blocked` are those whom `user_id` blocks."""
        self._small = [own.chat.id for own in owns if own.chat.member_count <= RECEIPT_MEMBERS]
        gaps = [
            Gap(own.chat.id, own.mine.read_seq, own.chat.head_seq, own.chat.rev, own.mine.mark > 0)
            for own in owns
            if own.mine.read_seq < own.chat.head_seq
        ]
        self.statements: list[Statement] = [
            store.preferences.among(user_id, [own.chat.id for own in owns]),
            *([store.receipts.pointers_in(self._small, user_id)] if self._small else []),
            *store.receipts.unread(user_id, gaps, blocked),
        ]

    def read(self, found: Sequence[list[Row]]) -> Sides:
        """The sides, from the rows of `statements`."""
        prefs, *rest = found
        pointers: dict[int, list[Pointer]] = {}
        for pointer in rows_as(Pointer, rest.pop(0) if self._small else []):
            pointers.setdefault(pointer.chat_id, []).append(pointer)
        return Sides(
            prefs={row["chat_id"]: one for row, one in zip(prefs, rows_as(Preferences, prefs), strict=True)},
            unread=store.receipts.read_unread(rest),
            pointers=pointers,
        )


def change(tx: Transaction, user_id: int, chat_id: int, old: Preferences, new: Preferences) -> Preferences:
    """Store and tell what somebody prefers now, if that is something else. `old` is locked."""
    if new == old:
        return old
    changed = replace(new, rev=old.rev + 1)
    tx.later(store.preferences.change(user_id, chat_id, changed, now_ms()))
    tx.publish(PrefsChanged(chat_id=chat_id, prefs=changed), f"user.{user_id}")
    return changed


async def unmark(tx: Transaction, user_id: int, chat_id: int) -> None:
    """The chat was read: it is not marked unread any more."""
    old = await store.preferences.locked(tx, user_id, chat_id)
    change(tx, user_id, chat_id, old, replace(old, marked_unread=False))
