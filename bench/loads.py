"""Load: groups of any size, many direct chats, two people alone, and a steady stream."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from .figures import RECEIVED, Figure, Scenario, latency, of_load
from .jobs import Send
from .machine import between, sample
from .rig import WINDOWS, Crowd, Rig, Window

STEADY_PER_SECOND = 200.0
STEADY_PEOPLE = 500
STEADY_GROUP = 10
STEADY_WINDOW = 6.0
REST_SECONDS = 6.0
MANY = 100
"""Sockets from which on one generator process is too little."""


async def group(rig: Rig, *, members: int, senders: int) -> list[Figure]:
    """All members of one group are online; `senders` of them send, in a closed loop."""
    people = await rig.people.make(members)
    [chat_id] = await rig.people.groups([people])
    return await close_loop(rig, people, [Send(number, chat_id) for number in range(senders)])


async def hot_group(rig: Rig, *, members: int, outstanding: int) -> list[Figure]:
    """`outstanding` messages are always under way in one group, shared by all its members."""
    people = await rig.people.make(members)
    [chat_id] = await rig.people.groups([people])
    each, more = divmod(outstanding, members)
    return await close_loop(
        rig, people, [Send(number, chat_id, each + (number < more)) for number in range(members)], generators=2
    )


async def directs(rig: Rig, *, chats: int) -> list[Figure]:
    """As many direct chats: in each, one sends in a closed loop and the other one listens."""
    people = await rig.people.make(chats * 2)
    chat_ids = await rig.people.directs([(people[number], people[chats + number]) for number in range(chats)])
    return await close_loop(rig, people, [Send(number, chat_id) for number, chat_id in enumerate(chat_ids)])


async def close_loop(rig: Rig, people: Sequence[int], senders: Sequence[Send], generators: int = 0) -> list[Figure]:
    """These people come online and these of them send; one generator process, or two for many sockets."""
    return of_load(await windows_of(rig, people, senders, generators or (2 if len(people) >= MANY else 1)))


async def windows_of(
    rig: Rig, people: Sequence[int], senders: Sequence[Send], generators: int = 1, number: int = WINDOWS
) -> list[Window]:
    """What was seen of such a load in `number` windows."""
    async with rig.crowd(generators) as crowd:
        await crowd.connect(rig.people.enter(people))
        await crowd.close_loop(senders)
        windows = await crowd.windows(number)
        await crowd.stop()
    return windows


@asynccontextmanager
async def steady_crowd(rig: Rig) -> AsyncGenerator[Crowd]:
    """Messages at random moments, from random people in groups of ten, are under way."""
    people = await rig.people.make(STEADY_PEOPLE)
    members = [people[start : start + STEADY_GROUP] for start in range(0, STEADY_PEOPLE, STEADY_GROUP)]
    chat_ids = await rig.people.groups(members)
    senders = [Send(number, chat_ids[number // STEADY_GROUP]) for number in range(STEADY_PEOPLE)]
    async with rig.crowd() as crowd:
        await crowd.connect(rig.people.enter(people))
        await crowd.open_loop(senders, STEADY_PER_SECOND)
        yield crowd
        await crowd.stop()


async def steady(rig: Rig) -> list[Figure]:
    """Latency from when each message was due."""
    async with steady_crowd(rig) as crowd:
        windows = await crowd.windows(seconds=STEADY_WINDOW)
    return [
        *of_load(windows),
        *latency(RECEIVED, [window.seen.received for window in windows]),
        *latency("sent too late by the generator", [window.seen.late for window in windows]),
    ]


async def rest(_rig: Rig) -> list[Figure]:
    """What the suite uses while nobody is there: part of every figure at low rates."""
    before = sample()
    await asyncio.sleep(REST_SECONDS)
    used = between(before, sample())
    return [
        Figure("server CPU at rest", used.suite / used.seconds * 1e6, "µs/s"),
        *(Figure(f"CPU at rest: {part}", spent / used.seconds * 1e6, "µs/s") for part, spent in used.parts.items()),
    ]


SCENARIOS = (
    Scenario("rest", "nobody is online", rest),
    Scenario("pair", "two people alone, one message at a time", partial(directs, chats=1)),
    Scenario("group-2", "a group of 2 online members, 2 senders", partial(group, members=2, senders=2)),
    Scenario("group-10", "a group of 10 online members, 10 senders", partial(group, members=10, senders=10)),
    Scenario("group-100", "a group of 100 online members, 10 senders", partial(group, members=100, senders=10)),
    Scenario("group-100-by-50", "a group of 100 online members, 50 senders", partial(group, members=100, senders=50)),
    Scenario("group-1000", "a group of 1,000 online members, 10 senders", partial(group, members=1000, senders=10)),
    Scenario("hot-group", "64 messages under way in a group of 10", partial(hot_group, members=10, outstanding=64)),
    Scenario("direct-64", "64 direct chats, a sender in each", partial(directs, chats=64)),
    Scenario("direct-256", "256 direct chats, a sender in each", partial(directs, chats=256)),
    Scenario("steady", "200 messages/s open loop over 500 sockets in groups of 10", steady),
)
