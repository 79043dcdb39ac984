"""Who sees whom: friends and those who share a direct chat, unless one of the two keeps the other away."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

from dialog.bus import Bus
from dialog.cache import GONE
from dialog.protocol.base import Refused
from dialog.protocol.internal import GetDirectPartners, GetFriendIds, GetStandings, Standing

from .store import Circle, Store

ASK_AT_ONCE = 1000


class Circles:
    """Asks chat and auth, and keeps the answers for a minute, so that one who comes and goes costs nothing more."""

    def __init__(self, bus: Bus, store: Store, *, asking: int) -> None:
        self._bus = bus
        self._store = store
        self._asking = asyncio.Semaphore(asking)

    async def of(self, user_id: int, asked: Collection[int]) -> Circle:
        """The circle of one person. Whether anybody `asked` for who is not in it has joined it is asked anew.

        Raises Refused and cache.GONE.
        """
        kept = (await self._store.circles([user_id])).get(user_id)
        return kept if kept and kept.others_are(asked) else await self._ask(user_id)

    async def of_all(self, user_ids: Sequence[int]) -> dict[int, Circle]:
        """The circles of these people; of some only while chat or auth does not answer. Raises cache.GONE."""
        found = await self._store.circles(user_ids)
        refused = False

        async def fetch(user_id: int) -> None:
            nonlocal refused
            async with self._asking:
                if refused:
                    return  # the others would wait as long, and in vain
                try:
                    found[user_id] = await self._ask(user_id)
                except Refused:
                    refused = True

        unknown = [user_id for user_id in user_ids if user_id not in found]
        async with asyncio.TaskGroup() as group:  # when we are cancelled, all of it has ended when we have
            for user_id in unknown:
                group.create_task(fetch(user_id))
        return found

    async def _ask(self, user_id: int) -> Circle:
        others = sorted(await _acquaintances(self._bus, user_id))
        standings: list[Standing] = []
        for start in range(0, len(others), ASK_AT_ONCE):
            asked = GetStandings(user_id=user_id, other_ids=others[start : start + ASK_AT_ONCE])
            standings += (await self._bus.call(asked)).standings
        near = [one for one in standings if _see_each_other(one)]
        circle = Circle(
            others=[one.user_id for one in near], last_seen_of=[one.user_id for one in near if one.sees_last_seen]
        )
        with suppress(*GONE):
            await self._store.keep_circle(user_id, circle)
        return circle


async def _acquaintances(bus: Bus, user_id: int) -> set[int]:
    """The friends of somebody, and those with whom they share a direct chat."""
    friends, partners = await asyncio.gather(
        bus.call(GetFriendIds(user_id=user_id)), bus.call(GetDirectPartners(user_id=user_id))
    )
    return {*friends.user_ids, *partners.user_ids}


def _see_each_other(standing: Standing) -> bool:
    """Friends do, and of those who share a chat whoever takes messages of each other."""
    if standing.blocks or standing.blocked:
        return False
    return standing.friends or (standing.may_write and standing.lets_write)
