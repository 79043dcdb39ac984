"""Reading: history of a very long chat, the list of very many chats, and what stored data does to sending."""

import json
import random
from collections.abc import Mapping

from msgspec import Struct

from .figures import PER_MESSAGE, Figure, Scenario, latency, middle
from .jobs import Send
from .loads import windows_of
from .rig import Rig, Window

STORED = (10_000, 1_000_000)
PAGE = 50
PAGES = 300
ROUNDS = 3
CHATS = 1000
STORED_EACH = 3
COLD = 20
WARM = 50
GROUP = 10
OTHERS = (1, 1000)
"""Other chats of each person."""
TURNS = 2
TURN_WINDOWS = 2
"""What is compared takes turns, so that what else the machine does disturbs both alike."""


class Group(Struct, frozen=True):
    """A group and all its members."""

    chat_id: int
    people: list[int]


async def history(rig: Rig) -> list[Figure]:
    """Pages from random places of chats with few and many messages, one at a time; then people send in these chats."""
    figures: list[Figure] = []
    groups: dict[str, Group] = {}
    for stored in STORED:
        people = await rig.people.make(GROUP)
        [chat_id] = await rig.people.groups([people])
        groups[f"{stored:,} messages stored"] = Group(chat_id, people)
        await rig.people.store(chat_id, people[0], len(people), stored)
        await rig.people.settle()
        async with rig.crowd() as crowd, rig.watch():
            await crowd.connect(rig.people.enter(people[:1]))
            taken = [await crowd.ask(0, _pages(chat_id, stored)) for _ in range(ROUNDS)]
        figures += latency(f"page of {PAGE} out of {stored:,} messages", taken)
    return [*figures, *await _by_turns(rig, groups)]


def _pages(chat_id: int, stored: int) -> list[str]:
    return [
        json.dumps(
            {"type": "message.history", "chat_id": chat_id, "before": random.randint(PAGE + 1, stored), "limit": PAGE}
        )
        for _ in range(PAGES)
    ]


async def _by_turns(rig: Rig, groups: Mapping[str, Group]) -> list[Figure]:
    """CPU per message while everybody in one of these groups sends, first one, then the other, and again."""
    seen: dict[str, list[Window]] = {name: [] for name in groups}
    for _ in range(TURNS):
        for name, group in groups.items():
            senders = [Send(number, group.chat_id) for number in range(len(group.people))]
            seen[name] += await windows_of(rig, group.people, senders, number=TURN_WINDOWS)
    return [
        middle(f"{PER_MESSAGE}, {name}", [window.per_message() for window in windows], "µs")
        for name, windows in seen.items()
    ]


async def chat_list(rig: Rig) -> list[Figure]:
    """Somebody with a thousand chats, nine out of ten direct: all of them on a new device, and coming back to them.

    What was said last is unread in every tenth.
    """
    [me, *others] = await rig.people.make(CHATS + 1)
    groups = [[me, *others[start : start + GROUP - 1]] for start in range(CHATS // 10)]
    pairs = [(me, other) for other in others[len(groups) :]]
    chats = [
        *zip(await rig.people.groups(groups), groups, strict=True),
        *zip(await rig.people.directs(pairs), pairs, strict=True),
    ]
    for place, (chat_id, people) in enumerate(chats):
        await rig.people.store(chat_id, people[1], len(people), STORED_EACH)
        await rig.people.read([chat_id], [people], STORED_EACH - (place % 10 == 0))
    await rig.people.settle()
    async with rig.crowd() as crowd, rig.watch():
        await crowd.connect(rig.people.enter([me]))
        before = await rig.people.questions()
        cold = [await crowd.sync(0, COLD, cold=True) for _ in range(ROUNDS)]
        asked = await rig.people.questions() - before
        warm = [await crowd.sync(0, WARM, cold=False) for _ in range(ROUNDS)]
    return [
        *latency(f"list of {CHATS:,} chats, from nothing", cold),
        Figure("database statements per list, from nothing", asked / (ROUNDS * COLD), ""),
        *latency(f"list of {CHATS:,} chats, nothing new", warm),
    ]


async def other_chats(rig: Rig) -> list[Figure]:
    """A group of ten talks, whose members have few or many other chats, half of them groups."""
    talking: dict[str, Group] = {}
    for number in OTHERS:
        people = await rig.people.make(GROUP)
        friends = await rig.people.make(max(2, number))
        half = (number + 1) // 2
        await rig.people.groups([[one, friends[place]] for one in people for place in range(half)])
        await rig.people.directs([(one, friends[place]) for one in people for place in range(half, number)])
        [chat_id] = await rig.people.groups([people])
        talking[f"{number:,} other chats each"] = Group(chat_id, people)
    await rig.people.settle()
    return await _by_turns(rig, talking)


async def start(rig: Rig) -> list[Figure]:
    """From nothing to a suite that is ready: servers, migrations, services."""
    return [middle("from nothing to ready", [rig.start_seconds], "s")]


SCENARIOS = (
    Scenario("start", "servers, migrations, services", start),
    Scenario("chat-list", "a person with 1,000 chats", chat_list),
    Scenario("other-chats", "a group of 10 whose members have 1 or 1,000 other chats", other_chats, seconds=120),
    Scenario("history", "chats of 10,000 and 1,000,000 messages", history, seconds=240),
)
