"""Tells people what their friends and partners are seen as now.

Once a second all who are due are looked at: whoever is seen differently than was told last, and was not told of within
the last five seconds, is told of to everybody who sees them. All that is news for one viewer goes in one event, so that
however many people flap, a viewer gets one event a second and a person is told of every five.

A change that cannot be told, because chat, auth or NATS does not answer, is looked at again later. What a replica had
settled when it was killed is told to nobody: presence may be dropped, and clients ask for it again when they sync.
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager

import nats.errors

from dialog.bus import Bus, new_trace
from dialog.cache import GONE
from dialog.log import get_logger
from dialog.protocol.frames import encode_event
from dialog.protocol.presence import Presence, PresenceChanged
from dialog.tasks import background

from .choices import complete
from .circles import Circles
from .person import OFFLINE, Person, Timing
from .store import Finding, Store, Taken

PEOPLE_IN_EVENT = 500
TOLD_AT_ONCE = 20
"""Viewers."""

_log = get_logger()

News = defaultdict[int, list[Presence]]
"""What each viewer is to be told."""


def look(person: Person, now: float, timing: Timing) -> Finding:
    """Whether there is something new about somebody, and when to look again."""
    shown = person.seen_as(now, timing)
    if shown == (person.shown or OFFLINE) and not person.went_untold(now):
        return Finding(person, person.look_again(now, timing))
    if person.told + timing.transition > now:
        return Finding(person, person.told + timing.transition)
    seen = person.last_seen(now) if shown == OFFLINE else None
    return Finding(person, person.look_again(now, timing), shown=shown, told=now, seen=seen)


class Announcer:
    """One replica's part in telling what has changed."""

    def __init__(
        self, bus: Bus, store: Store, circles: Circles, timing: Timing, *, size: int, retry: float, keep: float
    ) -> None:
        """`size` people are looked at together; `keep` is how long it is relied on what somebody chose."""
        self._bus = bus
        self._store = store
        self._circles = circles
        self._timing = timing
        self._size = size
        self._retry = retry
        self._keep = keep

    @asynccontextmanager
    async def running(self, interval: float) -> AsyncGenerator[None, None]:
        """Within the block, look and tell every `interval` seconds."""
        async with background(self._keep_telling(interval)):
            yield

    async def _keep_telling(self, interval: float) -> None:
        while True:
            started = time.monotonic()
            new_trace()
            try:
                if self._bus.connected:
                    await self._tell(await self._look_around(started + interval), started + interval)
            except GONE as error:
                _log.warning("presence without redis", error=type(error).__name__)
            except nats.errors.Error as error:
                _log.warning("presence not told", error=repr(error))
            await asyncio.sleep(max(interval / 10, started + interval - time.monotonic()))

    async def _look_around(self, deadline: float) -> News:
        """What there is to tell about all who are due, or about as many as can be looked at in time."""
        news: News = defaultdict(list)
        full = True
        while full and time.monotonic() < deadline:
            taken = await self._store.take(self._size)
            full = len(taken.people) == self._size
            if taken.people:
                await self._look_at(taken, news)
        return news

    async def _look_at(self, taken: Taken, news: News) -> None:
        people = await complete(self._bus, self._store, taken.people, taken.now, self._keep)
        findings = [look(person, taken.now, self._timing) for person in people]
        circles = await self._circles.of_all([one.person.user_id for one in findings if one.shown])
        later = taken.now + self._retry
        findings = [
            Finding(one.person, later)
            if (one.shown and one.person.user_id not in circles) or one.person.is_unknown(taken.now)
            else one
            for one in findings
        ]
        if postponed := sum(one.again == later for one in findings):
            _log.warning("presence to be told later", people=postponed)
        settled = await self._store.settle(taken.lease, findings)
        for one in findings:
            if one.shown and one.person.user_id in settled:
                presence = one.shown.of(one.person.user_id)
                for viewer in circles[one.person.user_id].others:
                    news[viewer].append(presence)

    async def _tell(self, news: News, deadline: float) -> None:
        """A few viewers at a time until the deadline: a gateway would keep messages waiting while it writes to all."""
        waiting = deque((viewer, part) for viewer, people in news.items() for part in _parts(people))
        try:
            while waiting:
                await self._publish(waiting, TOLD_AT_ONCE)
                if waiting:
                    slices = -(-len(waiting) // TOLD_AT_ONCE)
                    await asyncio.sleep(max(0.0, deadline - time.monotonic()) / (slices + 1))
        except asyncio.CancelledError:
            await self._publish(waiting, len(waiting))
            raise

    async def _publish(self, waiting: deque[tuple[int, list[Presence]]], number: int) -> None:
        for _ in range(min(number, len(waiting))):
            viewer, people = waiting.popleft()
            await self._bus.publish(f"user.{viewer}", encode_event(PresenceChanged(people=people)))


def _parts(people: Sequence[Presence]) -> Iterable[list[Presence]]:
    return (list(people[start : start + PEOPLE_IN_EVENT]) for start in range(0, len(people), PEOPLE_IN_EVENT))
