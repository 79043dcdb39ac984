"""Those who ask what happened: from whom they are kept apart, and whether they show receipts."""

from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database
from dialog.protocol.chats import Chat, ChatKind

from . import store
from .pointers import Onlooker
from .store.blocks import Apart


class Viewer(Struct, frozen=True):
    """The one who asks, and those with whom they have nothing to do."""

    user_id: int
    apart: Apart
    shows: bool
    """Whether they show receipts."""

    def onlooker(self, chat: Chat) -> Onlooker:
        """The same in one chat; in direct chats what they see of receipts stays what it was before a block."""
        return Onlooker(self.user_id, self.shows, self.apart.all if chat.kind is ChatKind.GROUP else ())


async def viewers(db: Database, user_ids: Sequence[int]) -> list[Viewer]:
    """These people (at least one) as viewers, in their order."""
    blocks, hiding = await db.together([store.blocks.of(user_ids), store.receipts.hiding_among(user_ids)])
    apart = store.blocks.read_of(user_ids, blocks)
    silent = {row["user_id"] for row in hiding}
    return [Viewer(user_id, apart[user_id], user_id not in silent) for user_id in user_ids]
