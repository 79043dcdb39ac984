"""Who may post: the members of the groups that are posted to, remembered between batches."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from dialog.db import Transaction
from dialog.protocol.chats import ChatKind

from . import store
from .store.chats import LockedChat


class Rosters:
    """The members of up to `size` groups, each as of the group's `member_rev`.

    The row of the group is locked when it is asked for, and whoever changes its members changes `member_rev` with
    them, so that what is remembered under the same number is what the table holds.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[int, tuple[int, frozenset[int]]] = OrderedDict()

    async def of(self, tx: Transaction, chats: Iterable[LockedChat]) -> Mapping[int, frozenset[int]]:
        """Who is in each of these chats. The two of a direct chat stand in its row and never leave."""
        rosters: dict[int, frozenset[int]] = {}
        unknown: list[LockedChat] = []
        for chat in chats:
            if chat.kind is ChatKind.DIRECT:
                rosters[chat.id] = frozenset((chat.low_id or 0, chat.high_id or 0))
            elif (known := self._known.get(chat.id)) and known[0] == chat.member_rev:
                self._known.move_to_end(chat.id)
                rosters[chat.id] = known[1]
            else:
                unknown.append(chat)
        if unknown:
            rosters |= await self._read(tx, unknown)
        return rosters

    async def _read(self, tx: Transaction, chats: list[LockedChat]) -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {chat.id: set() for chat in chats}
        for row in await store.members.of(tx, list(found)):
            found[row.chat_id].add(row.user_id)
        rosters = {chat_id: frozenset(user_ids) for chat_id, user_ids in found.items()}
        for chat in chats:
            self._known[chat.id] = (chat.member_rev, rosters[chat.id])
            self._known.move_to_end(chat.id)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return rosters
