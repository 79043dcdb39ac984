"""Who may post: the members of the groups that are posted to, remembered between batches."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from dialog.db import Transaction
from dialog.protocol.chats import ChatKind, Role

from . import store
from .store.chats import LockedChat

Roster = Mapping[int, Role]
"""Who is in a chat, and as what."""


class Rosters:
    """The members of up to `size` groups, each as of the group's `member_rev`.

    The row of the group is locked when it is asked for, and whoever changes its members changes `member_rev` with
    them, so that what is remembered under the same number is what the table holds.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[int, tuple[int, Roster]] = OrderedDict()

    async def of(self, tx: Transaction, chats: Iterable[LockedChat]) -> Mapping[int, Roster]:
        """Who is in each of these chats. Those of a direct or saved chat stand in its row and never leave."""
        rosters: dict[int, Roster] = {}
        unknown: list[LockedChat] = []
        for chat in chats:
            if chat.kind is ChatKind.DIRECT:
                rosters[chat.id] = {chat.low_id or 0: Role.MEMBER, chat.high_id or 0: Role.MEMBER}
            elif chat.kind is ChatKind.SAVED:
                rosters[chat.id] = {chat.low_id or 0: Role.OWNER}
            elif (known := self._known.get(chat.id)) and known[0] == chat.member_rev:
                self._known.move_to_end(chat.id)
                rosters[chat.id] = known[1]
            else:
                unknown.append(chat)
        if unknown:
            rosters |= await self._read(tx, unknown)
        return rosters

    async def _read(self, tx: Transaction, chats: list[LockedChat]) -> Mapping[int, Roster]:
        rosters: dict[int, dict[int, Role]] = {chat.id: {} for chat in chats}
        for row in await store.members.of(tx, list(rosters)):
            rosters[row.chat_id][row.user_id] = row.role
        for chat in chats:
            self._known[chat.id] = (chat.member_rev, rosters[chat.id])
            self._known.move_to_end(chat.id)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
        return rosters
