"""What people chose to show: auth's to say, and kept here while they are connected."""

from collections.abc import Sequence

from msgspec.structs import replace

from dialog.bus import Bus
from dialog.protocol.base import Refused
from dialog.protocol.internal import GetStatuses
from dialog.protocol.presence import ChosenStatus

from .person import Person
from .store import Store

ASK_AT_ONCE = 1000


async def ask(bus: Bus, user_ids: Sequence[int]) -> dict[int, ChosenStatus]:
    """What auth says. Raises Refused."""
    found: dict[int, ChosenStatus] = {}
    for start in range(0, len(user_ids), ASK_AT_ONCE):
        answer = await bus.call_briefly(GetStatuses(user_ids=list(user_ids[start : start + ASK_AT_ONCE])))
        found |= {one.user_id: one.status for one in answer.people}
    return found


async def complete(bus: Bus, store: Store, people: Sequence[Person], now: float, keep: float) -> list[Person]:
    """The same people with what they chose, where it matters. Raises cache.GONE.

    While auth does not answer it is what they were last known to have chosen; of whom nothing is known nothing shows.
    """
    unknown = [one.user_id for one in people if one.needs_status(now)]
    if not unknown:
        return list(people)
    try:
        statuses = await ask(bus, unknown)
    except Refused:
        return list(people)
    await store.chose(statuses)
    return [
        replace(one, status=statuses[one.user_id], known=now + keep) if one.user_id in statuses else one
        for one in people
    ]
