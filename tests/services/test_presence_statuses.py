"""Statuses, idleness, blocks and storms: what presence makes of what auth, chat and the gateways say."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import cycle

import msgspec
import pytest

from dialog.bus import Bus
from dialog.ids import new_id, now_ms
from dialog.protocol.base import Actor, tag_of
from dialog.protocol.frames import ENCODER, SERVER_FRAMES
from dialog.protocol.internal import LiveSession
from dialog.protocol.presence import (
    Availability,
    Choice,
    ChosenStatus,
    GetPresence,
    Presence,
    PresenceChanged,
    PresenceList,
    UserStatusesChanged,
)
from dialog.service import started
from services.presence.__main__ import SERVICE
from tests.patience import PATIENCE
from tests.servers import Servers

from .test_presence import GRACE, World, config_of, partners_answered, session, until

ONLINE, IDLE, DND, OFFLINE = Availability
IDLE_AFTER = 0.6


@pytest.fixture(scope="module")
async def own_servers() -> AsyncIterator[Servers]:
    async with Servers() as servers:
        yield servers


@pytest.fixture
async def world(own_servers: Servers, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """presence, with chat and auth answering; whoever has no input is idle late, unless the test says otherwise."""
    mark = request.node.get_closest_marker("settings")
    config = config_of(own_servers, **(mark.kwargs if mark else {}))
    async with started(SERVICE, config) as app:
        bus = await Bus.connect(config, "test")
        try:
            made = World(own_servers, bus, app)
            async with partners_answered(bus, made):
                yield made
        finally:
            await bus.close()


async def choose(world: World, user_id: int, status: Choice, *, text: str = "", ends: int | None = None) -> None:
    """Somebody chooses, and auth tells of it."""
    before = world.statuses_chosen.get(user_id)
    rev = before.rev + 1 if before else 1
    world.statuses_chosen[user_id] = ChosenStatus(status=status, text=text, until=ends, since=now_ms(), rev=rev)
    fact = UserStatusesChanged(user_ids=[user_id])
    await world.bus.tell(tag_of(UserStatusesChanged), ENCODER.encode(fact), f"{user_id}-{rev}")


async def presence(world: World, asker: int, about: int) -> Presence:
    [one] = (await world.bus.call(GetPresence(user_ids=[about]), Actor(user_id=asker, session_id=1))).people
    return one


async def becomes(world: World, asker: int, about: int, status: Availability) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await presence(world, asker, about)).status is not status:
            await asyncio.sleep(0.02)


async def frames_for(world: World, viewer: int) -> list[bytes]:
    """Every byte that a person's sockets are sent."""
    frames: list[bytes] = []
    await world.bus.subscribe(f"user.{viewer}", frames.append)
    await world.bus.flush()
    return frames


async def test_do_not_disturb_is_seen_with_its_text_and_end(world: World) -> None:
    anna, ben, heard = await world.befriend()
    await world.report(here=[session(anna)])
    await until(lambda: heard == [ONLINE])
    ends = now_ms() + 3_600_000
    await choose(world, anna, Choice.DND, text="in a meeting", ends=ends)
    await until(lambda: heard == [ONLINE, DND])
    seen = await presence(world, ben, anna)
    assert (seen.status, seen.text, seen.until, seen.last_seen) == (DND, "in a meeting", ends, None)


async def test_a_status_outlives_connections_and_ends_by_itself(world: World) -> None:
    anna, ben, heard = await world.befriend()
    await choose(world, anna, Choice.DND, ends=now_ms() + 1500)
    laptop = session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [DND])
    await world.report(gone=[laptop])
    await until(lambda: heard == [DND, OFFLINE])
    await world.report(here=[session(anna)])
    await until(lambda: heard[2:] in ([DND, ONLINE], [ONLINE]))  # nobody has told of its end
    assert (await presence(world, ben, anna)).status is ONLINE


@pytest.mark.settings(idle_after=IDLE_AFTER, session_ttl=20)
async def test_idle_without_input_on_any_device_and_reconnecting_is_none(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop, phone = new_id(), new_id()
    await world.report(here=[LiveSession(user_id=anna, session_id=laptop, idle_for=0.0)])
    await until(lambda: heard == [ONLINE])
    await until(lambda: heard == [ONLINE, IDLE])
    # a reconnect: another session, with what it knows of its input, or without
    await world.report(here=[LiveSession(user_id=anna, session_id=new_id(), idle_for=50.0)])
    await world.report(here=[session(anna)])
    await world.report(gone=[LiveSession(user_id=anna, session_id=laptop)])
    await asyncio.sleep(0.3)
    assert heard == [ONLINE, IDLE]
    assert (await presence(world, ben, anna)).status is IDLE
    await world.report(here=[LiveSession(user_id=anna, session_id=phone, idle_for=0.0)])
    await until(lambda: heard == [ONLINE, IDLE, ONLINE])


@pytest.mark.settings(idle_after=IDLE_AFTER)
async def test_whoever_comes_back_without_input_is_idle(world: World) -> None:
    """A laptop that wakes for a moment in its bag."""
    anna, _, heard = await world.befriend()
    laptop = session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [ONLINE])
    await world.report(gone=[laptop])
    await until(lambda: heard[-1] is OFFLINE)
    await asyncio.sleep(IDLE_AFTER)
    before = len(heard)
    await world.report(here=[session(anna)])
    await until(lambda: len(heard) > before)
    assert heard[before:] == [IDLE]


async def test_last_seen_is_when_they_ceased_to_be_seen(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop = session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [ONLINE])
    assert (await presence(world, ben, anna)).last_seen is None
    before = now_ms()
    await world.report(gone=[laptop])
    await until(lambda: heard == [ONLINE, OFFLINE])
    seen = (await presence(world, ben, anna)).last_seen
    assert seen is not None
    assert before <= seen <= now_ms()
    world.hides_last_seen.add(anna)
    await asyncio.sleep(0.05)  # for as long as it is kept who sees whom
    assert await presence(world, ben, anna) == Presence(user_id=anna, status=OFFLINE)


async def test_last_seen_is_frozen_when_somebody_becomes_invisible(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop = session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [ONLINE])
    await choose(world, anna, Choice.INVISIBLE)
    await until(lambda: heard == [ONLINE, OFFLINE])
    frozen = await presence(world, ben, anna)
    assert frozen.last_seen == world.statuses_chosen[anna].since
    phone = session(anna)
    await world.report(here=[phone])
    await choose(world, anna, Choice.INVISIBLE, text="still")
    await world.report(gone=[laptop, phone])
    await asyncio.sleep(GRACE + 0.5)
    assert await presence(world, ben, anna) == frozen
    assert heard == [ONLINE, OFFLINE]


Step = Callable[[World, int], Awaitable[None]]


async def _connect(world: World, user_id: int) -> None:
    await world.report(here=[session(user_id)])


async def _work(world: World, user_id: int) -> None:
    await world.report(here=[LiveSession(user_id=user_id, session_id=new_id(), idle_for=0.0)])


async def _fall_idle(world: World, user_id: int) -> None:
    await world.report(here=[LiveSession(user_id=user_id, session_id=new_id(), idle_for=500.0)])


async def _change_text(world: World, user_id: int) -> None:
    await choose(world, user_id, Choice.INVISIBLE, text="nobody reads this")


async def _set_end(world: World, user_id: int) -> None:
    await choose(world, user_id, Choice.INVISIBLE, ends=now_ms() + 3_600_000)


async def _leave(world: World, user_id: int) -> None:
    laptop = session(user_id)
    await world.report(here=[laptop])
    await world.report(gone=[laptop])


RELATIONS = ("partner", "stranger", "blocker", "blocked", "without last seen", "self")


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize(
    "step", [_connect, _work, _fall_idle, _change_text, _set_end, _leave], ids=lambda step: step.__name__.strip("_")
)
async def test_invisible_answers_byte_for_byte_like_offline(world: World, relation: str, step: Step) -> None:
    """Whatever somebody invisible does, and whoever looks: nothing tells them from somebody who is not there."""
    hidden, absent, viewer = new_id(), new_id(), new_id()
    world.partners |= {hidden: {viewer}, absent: {viewer}, viewer: {hidden, absent}}
    if relation == "stranger":
        world.partners |= {hidden: set(), absent: set(), viewer: set()}
    elif relation == "blocker":
        world.blocks |= {(viewer, hidden), (viewer, absent)}
    elif relation == "blocked":
        world.blocks |= {(hidden, viewer), (absent, viewer)}
    elif relation == "without last seen":
        world.hides_last_seen |= {hidden, absent}
    frames = await frames_for(world, viewer)
    await choose(world, hidden, Choice.INVISIBLE)
    await world.report(here=[session(hidden)])
    await step(world, hidden)
    await asyncio.sleep(0.3)

    async def answer(about: int) -> bytes:
        actor = Actor(user_id=about if relation == "self" else viewer, session_id=1)
        raw = await world.bus.forward(GetPresence(user_ids=[about]), actor)
        return raw.replace(str(about).encode(), b"<id>")

    assert await answer(hidden) == await answer(absent)
    assert frames == []


@pytest.mark.parametrize("relation", ["partner", "without last seen"])
async def test_becoming_invisible_is_told_like_going(world: World, relation: str) -> None:
    """The same events in the same bytes; but for the moment, the same answers after."""
    hidden, gone, viewer = new_id(), new_id(), new_id()
    world.partners |= {hidden: {viewer}, gone: {viewer}, viewer: {hidden, gone}}
    if relation == "without last seen":
        world.hides_last_seen |= {hidden, gone}
    frames = await frames_for(world, viewer)
    laptop = session(gone)
    await world.report(here=[session(hidden)])
    await until(lambda: len(frames) == 1)
    await world.report(here=[laptop])
    await until(lambda: len(frames) == 2)
    await choose(world, hidden, Choice.INVISIBLE)
    await until(lambda: len(frames) == 3)
    await world.report(gone=[laptop])
    await until(lambda: len(frames) == 4)
    came_hidden, came_gone, went_hidden, went_gone = frames
    of_hidden, of_gone = str(hidden).encode(), str(gone).encode()
    assert came_hidden.replace(of_hidden, of_gone) == came_gone
    assert went_hidden.replace(of_hidden, of_gone) == went_gone
    answers: list[bytes] = []
    for about in (hidden, gone):
        raw = await world.bus.forward(GetPresence(user_ids=[about]), Actor(user_id=viewer, session_id=1))
        [one] = msgspec.json.decode(raw[len(b'{"reply":') : -1], type=PresenceList).people
        assert (one.last_seen is None) == (relation == "without last seen")
        answers.append(raw.replace(str(about).encode(), b"<id>").replace(str(one.last_seen).encode(), b"<moment>"))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("blocker", ["anna", "ben"])
async def test_nothing_passes_where_there_is_a_block(world: World, blocker: str) -> None:
    anna, ben, heard = await world.befriend()
    world.blocks.add((anna, ben) if blocker == "anna" else (ben, anna))
    heard_by_anna = await world.heard_by(anna, about=ben)
    await world.report(here=[session(anna), session(ben)])
    await asyncio.sleep(0.3)
    assert heard == heard_by_anna == []
    assert await world.statuses(ben, anna) == await world.statuses(anna, ben) == [OFFLINE]


async def test_who_is_not_known_to_be_visible_is_not_seen(own_servers: Servers) -> None:
    """While auth does not answer, and Redis has forgotten: somebody invisible must not show."""
    config = config_of(own_servers)
    async with started(SERVICE, config) as app:
        bus = await Bus.connect(config, "test")
        try:
            world = World(own_servers, bus, app)
            anna, ben, heard = await world.befriend()
            await world.report(here=[session(anna)])
            await asyncio.sleep(0.3)
            assert heard == []
            async with partners_answered(bus, world):
                await until(lambda: heard == [ONLINE])
                assert await world.statuses(ben, anna) == [ONLINE]
        finally:
            await bus.close()


@pytest.mark.settings(session_ttl=20)
async def test_redis_that_lost_everything_does_not_show_the_invisible(world: World) -> None:
    anna, ben, heard = await world.befriend()
    await choose(world, anna, Choice.INVISIBLE)
    laptop = session(anna)
    await world.report(here=[laptop])
    await world.app.redis.flushdb()
    await world.report(here=[laptop])
    await asyncio.sleep(0.3)
    assert await presence(world, ben, anna) == Presence(user_id=anna, status=OFFLINE)
    assert heard == []
    await choose(world, anna, Choice.AUTO)
    await until(lambda: heard == [ONLINE])


@pytest.mark.settings(transition_interval=1.0, sweep_interval=0.5, circle_kept=60.0, session_ttl=20, offline_grace=0.1)
async def test_a_storm_is_bounded(world: World) -> None:
    """However often people come and go: one change per person and transition interval, one event per viewer and sweep,
    and no questions to chat and auth."""
    first = new_id()
    crowd = list(range(first, first + 300))
    for number, user_id in enumerate(crowd):
        world.partners[user_id] = {
            crowd[number - 1],
            crowd[number - 2],
            crowd[(number + 1) % 300],
            crowd[(number + 2) % 300],
        }
    events: Counter[int] = Counter()
    changes: Counter[int] = Counter()

    async def follow(viewer: int) -> None:
        def hear(frame: bytes) -> None:
            event = SERVER_FRAMES.decode(frame).event
            assert isinstance(event, PresenceChanged)
            events[viewer] += 1
            changes.update(one.user_id for one in event.people if crowd[crowd.index(one.user_id) - 1] == viewer)

        await world.bus.subscribe(f"user.{viewer}", hear)

    await asyncio.gather(*map(follow, crowd))
    await world.bus.flush()
    sessions = [session(user_id) for user_id in crowd]

    def flapped() -> bool:
        return len(changes) == len(crowd) and min(changes.values()) >= 2

    begin = time.monotonic()
    away = cycle((0.2, 0.4, 0.3))  # never in step with the looks
    while time.monotonic() < begin + 4 or (not flapped() and time.monotonic() < begin + PATIENCE):
        await world.report(here=sessions)
        await asyncio.sleep(0.1)
        await world.report(gone=sessions)
        await asyncio.sleep(next(away))
    took = time.monotonic() - begin
    assert flapped()
    assert max(changes.values()) <= took / 1.0 + 2
    assert max(events.values()) <= took / 0.5 + 2
    assert world.asked["partners"] == len(crowd)
    assert world.asked["standings"] == 4 * len(crowd)
