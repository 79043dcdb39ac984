"""How far people have come in chats: taken in for many of them in one transaction.

Their own devices are told at once, others by `ticks`. What of it somebody may see is said in `shown_to`.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct

from dialog.db import Database
from dialog.ids import now_ms
from dialog.protocol.chats import Chat
from dialog.protocol.receipts import ChatRead, Receipt

from . import store
from .barriers import BLOCKED
from .own import unmark
from .store.receipts import Moved, Pointer, Standing
from .ticks import Ticks, owe


class Move(Struct, frozen=True):
    """Somebody says how far they have come in a chat; without `read_seq`, not that they have read it."""

    chat_id: int
    user_id: int
    delivered_seq: int = 0
    read_seq: int | None = None
    acts: bool = False
    """They did something there that others see: then others see how far they have come, also while invisible."""

    @property
    def key(self) -> tuple[int, int]:
        return self.chat_id, self.user_id


async def move_all(db: Database, ticks: Ticks, moves: list[Move]) -> Sequence[bool]:
    """Take in all that was said, in one transaction. Answers each with whether they are in that chat."""
    furthest: dict[tuple[int, int], Move] = {}
    for move in moves:
        furthest[move.key] = _further(furthest.get(move.key, move), move)
    async with db.transaction() as tx:
        found = await store.receipts.standings(tx, furthest)
        found.sort(key=lambda one: (one[1].chat_id, one[1].user_id))  # rows are locked in one order by all replicas
        moved: list[tuple[Chat, Moved]] = []
        for chat, place in found:
            move = furthest[place.chat_id, place.user_id]
            pointer = _pointer(chat, place, move)
            hides = _hides(place, move)
            is_further = (pointer.read_seq, pointer.delivered_seq) != (place.read_seq, place.delivered_seq)
            if is_further or (place.withheld and not hides):
                moved.append((chat, Moved(pointer, withheld=hides)))
            if pointer.read_seq > place.read_seq:
                tx.publish(ChatRead(chat_id=chat.id, read_seq=pointer.read_seq), f"user.{place.user_id}")
            if place.marked_unread and move.read_seq is not None and move.read_seq >= place.read_seq:
                await unmark(tx, place.user_id, chat.id)
        if moved:
            tx.later(store.receipts.move([one for _, one in moved], now_ms()))
        told = [(chat, one.pointer) for chat, one in moved if one.pointer.shows and not one.withheld]
        debt = owe(tx, [chat for chat, _ in told])
    for chat, pointer in told:
        ticks.add(chat, receipt_of(pointer), debt)
    there = {(place.chat_id, place.user_id) for _, place in found}
    return [move.key in there for move in moves]


def _further(one: Move, other: Move) -> Move:
    read = [move.read_seq for move in (one, other) if move.read_seq is not None]
    delivered = max(one.delivered_seq, other.delivered_seq)
    return Move(one.chat_id, one.user_id, delivered, max(read) if read else None, one.acts or other.acts)


def _pointer(chat: Chat, place: Standing, move: Move) -> Pointer:
    """Where somebody is now: never further back, nor beyond the end. What is read is delivered."""
    read = max(place.read_seq, min(move.read_seq or 0, chat.head_seq))
    delivered = max(place.delivered_seq, min(move.delivered_seq, chat.head_seq), read)
    return Pointer(chat.id, place.user_id, read, delivered, place.shows)


def _hides(place: Standing, move: Move) -> bool:
    """Whether others must not see this move: of somebody invisible who does nothing else there, or in a direct chat
    between whose two there is a block."""
    return (place.invisible and not move.acts) or bool(place.barriers & BLOCKED)


def receipt_of(pointer: Pointer) -> Receipt:
    """What others are told of it."""
    return Receipt(user_id=pointer.user_id, delivered_seq=pointer.delivered_seq, read_seq=pointer.read_seq)


class Onlooker(Struct, frozen=True):
    """Somebody who asks for the receipts of others."""

    user_id: int
    shows: bool
    """Whether they show theirs."""
    apart: Collection[int]
    """Those from whom a block keeps them apart there."""


def shown_to(onlooker: Onlooker, pointers: Sequence[Pointer]) -> tuple[list[Receipt], list[int]]:
    """The receipts of others that somebody may see, and who shows none: it is mutual. The same holds in `ticks`.

    Those who are apart from this person are as if they had received nothing.
    """
    off = [pointer.user_id for pointer in pointers if not pointer.shows]
    if not onlooker.shows:
        return [], list({*off, onlooker.user_id})
    unseen = {onlooker.user_id, *onlooker.apart}
    return [receipt_of(pointer) for pointer in pointers if pointer.shows and pointer.user_id not in unseen], off
