"""Sockets that do nothing, and sockets that all lose their gateway at once."""

import asyncio
from collections.abc import Mapping
from functools import partial
from time import perf_counter

from .figures import ACKNOWLEDGED, BUSIEST, OTHERS, Figure, Scenario, latency, middle
from .jobs import Flap
from .loads import steady_crowd
from .machine import PARTS, between, memory_of, sample
from .rig import Crowd, Failed, Rig, Window, median, percentile

FIRST = 100
"""Sockets that warm a gateway up before it is weighed."""
SIZES = (2000, 5000)
GROUP = 50
PARTNERS = 3
"""Each of them is in one group of fifty and has this many direct chats."""
SETTLE = 2.0
IDLE_SECONDS = 8.0
STORM = 5000
STORM_SECONDS = 75.0
BASELINE = 2.0
CALM = 50.0
CALMING = 15
"""Seconds of one look at the statements, those per second of a suite at rest, and looks until it has to be."""
FLAP = Flap(every=1.0, leaving=101, choosing=51)
FLAP_TURNS = 3
FLAP_WINDOW = 6.0
P99_IN_STORM = "p99 in the storm by p99 in the calm"
DEFAULT_UPGRADES = {"DIALOG_GATEWAY_UPGRADES_BURST": "1000"}


async def society(rig: Rig, number: int) -> list[int]:
    """People as they are: everybody in a group and some direct chats."""
    people = await rig.people.make(number)
    await rig.people.groups([people[start : start + GROUP] for start in range(0, number, GROUP)])
    await rig.people.directs(
        [
            (person, people[(place + step) % number])
            for step in range(1, 1 + PARTNERS)
            for place, person in enumerate(people)
        ]
    )
    return people


async def idle(rig: Rig) -> list[Figure]:
    """What a socket costs that is connected and synced and then silent: memory, and CPU for its heartbeats."""
    people = await society(rig, SIZES[-1])
    await rig.suite.start("gateway", name="gateway-idle")
    figures: list[Figure] = []
    try:
        async with rig.crowd(gateways=["gateway-idle"]) as crowd:
            await crowd.connect(rig.people.enter(people[:FIRST]))
            await asyncio.sleep(SETTLE)
            empty, done = memory_of("gateway"), FIRST
            for size in SIZES:
                await crowd.connect(rig.people.enter(people[done:size]))
                await asyncio.sleep(SETTLE)
                done = size
                each = (memory_of("gateway") - empty) / (size - FIRST) / 1024
                figures.append(Figure(f"gateway memory per idle socket, {size:,} sockets", each, "KB"))
            figures.append(await _heartbeats(crowd))
    finally:
        rig.suite.kill("gateway-idle")
    return figures


async def _heartbeats(_crowd: Crowd) -> Figure:
    before = sample()
    await asyncio.sleep(IDLE_SECONDS)
    used = between(before, sample())
    return Figure("server CPU per idle socket", used.suite / used.seconds / SIZES[-1] * 1e6, "µs/s")


async def storm(rig: Rig, env: Mapping[str, str]) -> list[Figure]:
    """The gateway is killed and started again; everybody comes back as the protocol's page says."""
    people = await society(rig, STORM)
    name = f"gateway-storm-{len(env)}"
    await rig.suite.start("gateway", name=name, env=env)
    try:
        async with rig.crowd(2, gateways=[name]) as crowd:
            await crowd.connect(rig.people.enter(people))
            return await _strike(rig, crowd, name)
    finally:
        rig.suite.kill(name)


async def _strike(rig: Rig, crowd: Crowd, name: str) -> list[Figure]:
    per_second = await _statements_at_rest(rig)
    before, questions, killed = sample(), await rig.people.questions(), perf_counter()
    rig.suite.kill(name)
    back = asyncio.create_task(crowd.come_back(STORM_SECONDS))
    await rig.suite.restart(name)
    started = perf_counter()
    async with rig.watch():
        synced = await back
    asked = await rig.people.questions() - questions
    used = between(before, sample())
    own = asked - per_second * (synced[-1] - killed)
    return [
        Figure("until all are synced again", synced[-1] - killed, "s"),
        Figure("until half are synced again", percentile(synced, 0.5) - killed, "s"),
        Figure("until the new gateway is ready", started - killed, "s"),
        Figure("database statements per client", max(0.0, own) / STORM, ""),
        Figure("server CPU per client", used.suite / STORM * 1e6, "µs"),
        *(Figure(f"CPU per client: {part}", spent / STORM * 1e6, "µs") for part, spent in used.parts.items()),
        Figure(BUSIEST, max(used.generators) * 100, "% of a core"),
        Figure(OTHERS, used.others * 100, "% of a core"),
    ]


async def _statements_at_rest(rig: Rig) -> float:
    """A second, once all partners of those who came have been told: that goes on for a while after they are in."""
    per_second = 0.0
    for _ in range(CALMING):
        before = await rig.people.questions()
        await asyncio.sleep(BASELINE)
        per_second = (await rig.people.questions() - before) / BASELINE
        if per_second <= CALM:
            return per_second
    raise Failed(f"the database was asked {per_second:.0f} statements a second although nobody did anything")


async def presence_storm(rig: Rig) -> list[Figure]:
    """The steady load while thousands of others come and go, and without; by turns."""
    people = await society(rig, STORM)
    calm: list[Window] = []
    stormy: list[Window] = []
    told: list[float] = []
    flapped: list[float] = []
    async with rig.crowd() as flapping, steady_crowd(rig) as crowd:
        await flapping.connect(await rig.people.sign_in(people))
        for _ in range(FLAP_TURNS):
            calm += await crowd.windows(1, FLAP_WINDOW)
            await flapping.flap(FLAP)
            await asyncio.sleep(SETTLE)
            await flapping.read()
            stormy += await crowd.windows(1, FLAP_WINDOW, warm_up=0)
            seen = await flapping.read()
            told.append(seen.presences / STORM / stormy[-1].used.seconds)
            flapped.append(seen.flaps / stormy[-1].used.seconds)
            await flapping.stop()
    before = [percentile(window.seen.latencies, 0.99) for window in calm]
    after = [percentile(window.seen.latencies, 0.99) for window in stormy]
    return [
        middle(f"{ACKNOWLEDGED}, p99, calm", before, "ms"),
        middle(f"{ACKNOWLEDGED}, p99, in the storm", after, "ms"),
        Figure(P99_IN_STORM, median(after) / median(before), ""),
        middle("to the front or the back", flapped, "/s"),
        *latency("sent too late by the generator", [window.seen.late for window in stormy]),
        middle("events of presence per viewer", told, "/s"),
        *(
            middle(f"CPU in the storm: {part}", [one.used.parts[part] / one.used.seconds * 100 for one in stormy], "%")
            for part in PARTS
        ),
        middle(BUSIEST, [max(one.used.generators) * 100 for one in stormy], "% of a core"),
        middle(OTHERS, [one.used.others * 100 for one in stormy], "% of a core"),
    ]


SCENARIOS = (
    Scenario("presence-storm", "5,000 people come and go beside the steady load", presence_storm, seconds=180),
    Scenario("idle", "2,000 and 5,000 sockets that are silent", idle, seconds=120),
    Scenario("storm", "5,000 sockets lose their gateway", partial(storm, env={}), seconds=180),
    Scenario(
        "storm-admitted",
        "the same with the gateway's own limit on upgrades",
        partial(storm, env=DEFAULT_UPGRADES),
        seconds=180,
    ),
)
