"""Slow mode: members of a group wait a while from one message to the next; its admins do not."""

from collections.abc import Iterable, Mapping

from dialog.db import Transaction
from dialog.protocol.roles import Role

from . import store
from .store.chats import LockedChat

Place = tuple[int, int]
"""A chat, and somebody in it."""


class Pace:
    """When those who have to wait last posted. On record with their membership, it holds for all replicas alike."""

    def __init__(self, last: dict[Place, int]) -> None:
        self._last = last
        self._posted: dict[Place, int] = {}

    @classmethod
    async def of(
        cls,
        tx: Transaction,
        chats: Mapping[int, LockedChat],
        rosters: Mapping[int, Mapping[int, Role]],
        places: Iterable[Place],
    ) -> "Pace":
        """Of whoever is about to post: costs nothing unless slow mode is on where they do."""
        if not any(chat.slow_mode for chat in chats.values()):
            return cls({})
        slow = {
            (chat_id, user_id)
            for chat_id, user_id in places
            if chat_id in chats and chats[chat_id].slow_mode and rosters[chat_id].get(user_id) is Role.MEMBER
        }
        if not slow:
            return cls({})
        rows = await store.members.last_posts(tx, sorted(slow))
        return cls({(row.chat_id, row.user_id): row.posted_at or 0 for row in rows})

    def wait(self, place: Place, seconds: int, now: int) -> float:
        """How many seconds somebody has to wait before they may post; 0 if they may now."""
        return max(0, self._last[place] + seconds * 1000 - now) / 1000 if place in self._last else 0.0

    def note(self, place: Place, now: int) -> None:
        """Somebody posts now."""
        if place in self._last:
            self._last[place] = self._posted[place] = now

    def store(self, tx: Transaction) -> None:
        """Put on record who has posted."""
        if self._posted:
            tx.later(store.members.note_posts(list(self._posted), max(self._posted.values())))
