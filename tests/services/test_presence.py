"""presence over the bus, with real Redis and NATS; what chat and auth answer is said here, as they do not run."""

import asyncio
import urllib.request
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.error import HTTPError

import msgspec
import pytest

from deploy.local.settings import any_free_port, of_service
from dialog.bus import Bus
from dialog.config import load
from dialog.ids import new_id, now_ms
from dialog.protocol.base import Actor
from dialog.protocol.frames import SERVER_FRAMES
from dialog.protocol.internal import (
    GetDirectPartners,
    GetStandings,
    GetStatuses,
    LiveSession,
    PartnerIds,
    PersonStatus,
    ReportSessions,
    Standing,
    Standings,
    Statuses,
)
from dialog.protocol.presence import NOTHING_CHOSEN, Availability, ChosenStatus, GetPresence, PresenceChanged
from dialog.service import started
from services.presence.__main__ import SERVICE
from services.presence.app import App, Config
from tests.patience import PATIENCE, timed, within
from tests.servers import Servers

ONLINE, OFFLINE = Availability.ONLINE, Availability.OFFLINE
GRACE = 0.4

SETTINGS = {
    "DIALOG_PRESENCE_SESSION_TTL": "60",  # no test takes so long: what runs out is what is tested
    "DIALOG_REDIS_TIMEOUT": "1",
    "DIALOG_PRESENCE_OFFLINE_GRACE": str(GRACE),
    "DIALOG_PRESENCE_SWEEP_INTERVAL": "0.05",
    "DIALOG_PRESENCE_ANNOUNCE_RETRY": "0.2",
    "DIALOG_PRESENCE_TRANSITION_INTERVAL": "0.05",
    "DIALOG_PRESENCE_CIRCLE_KEPT": "0.01",
    "DIALOG_PRESENCE_LAST_SEEN_KEPT": "3600",
}


class World:
    """One presence replica, the partners of people, and what people hear."""

    def __init__(self, servers: Servers, bus: Bus, app: App) -> None:
        self.servers = servers
        self.bus = bus
        self.app = app
        self.partners: dict[int, set[int]] = {}
        self.blocks: set[tuple[int, int]] = set()
        self.hides_last_seen: set[int] = set()
        self.statuses_chosen: dict[int, ChosenStatus] = {}
        self.asked: Counter[str] = Counter()

    def standing(self, user_id: int, other_id: int) -> Standing:
        """How one stands to the other: auth's answer."""
        self.asked["standings"] += 1
        return Standing(
            user_id=other_id,
            friends=False,
            blocks=(user_id, other_id) in self.blocks,
            blocked=(other_id, user_id) in self.blocks,
            may_write=True,
            may_add=True,
            may_call=True,
            sees_last_seen=other_id not in self.hides_last_seen,
            sees_profile=True,
            lets_write=True,
            version=1,
        )

    def chosen(self, user_id: int) -> PersonStatus:
        """What somebody chose to show: auth's answer."""
        self.asked["statuses"] += 1
        status = self.statuses_chosen.get(user_id, NOTHING_CHOSEN)
        return PersonStatus(user_id=user_id, status=status.at(now_ms()))

    async def befriend(self) -> tuple[int, int, list[Availability]]:
        """Two people with a direct chat, and what the second hears about the first."""
        anna, ben = new_id(), new_id()
        self.partners |= {anna: {ben}, ben: {anna}}
        return anna, ben, await self.heard_by(ben, about=anna)

    async def heard_by(self, listener: int, *, about: int) -> list[Availability]:
        heard: list[Availability] = []

        def deliver(frame: bytes) -> None:
            event = SERVER_FRAMES.decode(frame).event
            if isinstance(event, PresenceChanged):
                heard.extend(one.status for one in event.people if one.user_id == about)

        await self.bus.subscribe(f"user.{listener}", deliver)
        await self.bus.flush()
        return heard

    async def report(
        self, gateway: str = "g1", *, here: list[LiveSession] | None = None, gone: list[LiveSession] | None = None
    ) -> None:
        await self.bus.call(ReportSessions(gateway=gateway, here=here or [], gone=gone or []))

    async def statuses(self, asker: int, *user_ids: int) -> list[Availability]:
        answer = await self.bus.call(GetPresence(user_ids=list(user_ids)), Actor(user_id=asker, session_id=1))
        assert [one.user_id for one in answer.people] == list(dict.fromkeys(user_ids))
        return [one.status for one in answer.people]

    def health(self) -> tuple[int, dict[str, Any]]:
        url = f"http://127.0.0.1:{self.app.config.http_port}/health/ready"
        try:
            with urllib.request.urlopen(url, timeout=3) as answer:
                return answer.status, msgspec.json.decode(answer.read())
        except HTTPError as error:
            with error:
                return error.code, msgspec.json.decode(error.read())


def config_of(servers: Servers, **changed: float) -> Config:
    port = {"DIALOG_PRESENCE_HTTP_PORT": str(any_free_port(servers.ports.values()))}
    own = {f"DIALOG_PRESENCE_{name.upper()}": str(value) for name, value in changed.items()}
    return load(Config, "presence", of_service("presence", servers.environment) | SETTINGS | port | own)


@asynccontextmanager
async def partners_answered(bus: Bus, world: World) -> AsyncGenerator[None, None]:
    """What chat and auth answer while they run."""

    async def answer(_actor: Actor, command: GetDirectPartners) -> PartnerIds:
        world.asked["partners"] += 1
        return PartnerIds(user_ids=sorted(world.partners.get(command.user_id, set())))

    async def answer_standings(_actor: Actor, command: GetStandings) -> Standings:
        return Standings(standings=[world.standing(command.user_id, other_id) for other_id in command.other_ids])

    async def answer_statuses(_actor: Actor, command: GetStatuses) -> Statuses:
        return Statuses(people=[world.chosen(user_id) for user_id in command.user_ids])

    await bus.serve("chat", GetDirectPartners, answer)
    await bus.serve("auth", GetStandings, answer_standings)
    await bus.serve("auth", GetStatuses, answer_statuses)
    await bus.flush()
    try:
        yield
    finally:
        await bus.stop_serving(1)


@pytest.fixture(scope="module")
async def own_servers() -> AsyncIterator[Servers]:
    """Servers that no real chat shares."""
    async with Servers() as servers:
        yield servers


@pytest.fixture
async def chatless(own_servers: Servers, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """presence while chat does not answer, with what the test's `settings` mark changes."""
    mark = request.node.get_closest_marker("settings")
    config = config_of(own_servers, **(mark.kwargs if mark else {}))
    async with started(SERVICE, config) as app:
        bus = await Bus.connect(config, "test")
        try:
            yield World(own_servers, bus, app)
        finally:
            await bus.close()


@pytest.fixture
async def world(chatless: World) -> AsyncIterator[World]:
    async with partners_answered(chatless.bus, chatless):
        yield chatless


def session(user_id: int) -> LiveSession:
    return LiveSession(user_id=user_id, session_id=new_id())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


async def test_coming_is_told_once_however_often_it_is_reported(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop, phone = session(anna), session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [ONLINE])
    await world.report(here=[laptop])
    await world.report("g2", here=[phone])
    await asyncio.sleep(0.2)
    assert heard == [ONLINE]
    assert await world.statuses(ben, anna) == [ONLINE]


@timed
async def test_going_is_told_after_the_grace(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop = session(anna)
    await world.report(here=[laptop])
    with within(GRACE):
        await world.report(gone=[laptop])
        await asyncio.sleep(GRACE / 2)
        statuses = await world.statuses(ben, anna)
    assert statuses == [ONLINE]
    await until(lambda: heard == [ONLINE, OFFLINE])
    assert await world.statuses(ben, anna) == [OFFLINE]


@timed
async def test_a_reconnect_within_the_grace_is_not_seen(world: World) -> None:
    anna, _, heard = await world.befriend()
    before, after = session(anna), session(anna)
    await world.report(here=[before])
    await until(lambda: heard == [ONLINE])
    for _ in range(3):
        with within(GRACE):
            await world.report(gone=[before])
            await asyncio.sleep(GRACE / 2)
            await world.report("g2", here=[after])
        before, after = after, before
        await world.report("g2", gone=[after])
    await asyncio.sleep(GRACE / 2)
    assert heard == [ONLINE]


async def test_whoever_has_a_session_left_stays(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop, phone = session(anna), session(anna)
    await world.report("g1", here=[laptop])
    await world.report("g2", here=[phone])
    await world.report("g1", gone=[laptop])
    for _ in range(4):
        await asyncio.sleep(GRACE / 2)
        await world.report("g2", here=[phone])
    assert heard == [ONLINE]
    assert await world.statuses(ben, anna) == [ONLINE]


async def test_one_session_on_two_gateways_ends_with_the_second(world: World) -> None:
    """As when a client opens its new connection before it closes the one to a draining gateway."""
    anna, _, heard = await world.befriend()
    laptop = session(anna)
    await world.report("g1", here=[laptop])
    await world.report("g2", here=[laptop])
    await world.report("g1", gone=[laptop])
    await asyncio.sleep(GRACE * 1.5)
    assert heard == [ONLINE]
    await world.report("g2", gone=[laptop])
    await until(lambda: heard == [ONLINE, OFFLINE])


@pytest.mark.settings(session_ttl=1)
@timed
async def test_the_people_of_a_killed_gateway_go_by_themselves(world: World) -> None:
    anna, ben, heard = await world.befriend()
    with within(1 + GRACE):
        await world.report(here=[session(anna)])
        await until(lambda: ONLINE in heard)
        await asyncio.sleep(1)
        so_far = list(heard)
    assert so_far == [ONLINE]
    with within(GRACE + 2):
        await until(lambda: heard == [ONLINE, OFFLINE])
    assert await world.statuses(ben, anna) == [OFFLINE]


async def test_somebody_who_comes_back_is_told_anew(world: World) -> None:
    anna, _, heard = await world.befriend()
    for _ in range(2):
        laptop, before = session(anna), list(heard)
        await world.report(here=[laptop])
        await world.report(gone=[laptop])
        await until(lambda before=before: heard == [*before, ONLINE, OFFLINE])


async def test_only_partners_and_oneself_are_answered_about(world: World) -> None:
    anna, ben, _ = await world.befriend()
    stranger = new_id()
    heard_by_stranger = await world.heard_by(stranger, about=anna)
    heard_by_anna = await world.heard_by(anna, about=anna)
    await world.report(here=[session(anna), session(stranger)])
    assert await world.statuses(ben, anna, stranger, ben, anna) == [ONLINE, OFFLINE, OFFLINE]
    assert await world.statuses(stranger, anna, stranger) == [OFFLINE, ONLINE]
    assert await world.statuses(anna) == []
    await asyncio.sleep(0.2)
    assert heard_by_stranger == heard_by_anna == []


async def test_replicas_share_the_work(world: World) -> None:
    people = [await world.befriend() for _ in range(20)]
    sessions = [session(anna) for anna, _, _ in people]
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(started(SERVICE, config_of(world.servers)))
        await asyncio.gather(*(world.report(f"g{number % 3}", here=sessions) for number in range(12)))
        await until(lambda: all(heard == [ONLINE] for _, _, heard in people))
        await asyncio.gather(*(world.report(f"g{number}", gone=sessions) for number in range(3)))
        await until(lambda: all(heard == [ONLINE, OFFLINE] for _, _, heard in people))
        await asyncio.sleep(0.3)
    assert all(heard == [ONLINE, OFFLINE] for _, _, heard in people)


async def test_a_report_of_many_sessions(world: World) -> None:
    anna, ben, _ = await world.befriend()
    crowd = [session(new_id()) for _ in range(3000)]
    await world.report(here=[*crowd, session(anna)])
    assert await world.statuses(ben, anna) == [ONLINE]
    await world.report(gone=crowd)


@pytest.mark.settings(circle_kept=60)
async def test_every_key_ends_by_itself(world: World) -> None:
    await world.app.redis.flushdb()  # what others left may end between being listed and being looked at
    anna, _, _ = await world.befriend()
    await world.report(here=[session(anna)])
    keys = [key async for key in world.app.redis.scan_iter("*")]
    assert keys
    assert all([0 < await world.app.redis.pttl(key) <= 3_600_000 for key in keys])


async def test_without_redis_everyone_is_offline_and_reports_are_dropped(world: World) -> None:
    anna, ben, heard = await world.befriend()
    laptop = session(anna)
    await world.report(here=[laptop])
    await until(lambda: heard == [ONLINE])
    for hurt, heal in [("kill", "restart"), ("pause", "resume")]:
        getattr(world.servers, hurt)("redis")
        assert await world.statuses(ben, anna) == [OFFLINE]
        await world.report(here=[laptop])
        status, health = await asyncio.to_thread(world.health)
        assert (status, health["parts"]["redis"], health["parts"]["nats"]) == (503, "down", "up")
        if heal == "restart":
            await world.servers.restart("redis")
        else:
            world.servers.resume("redis")
            await world.servers.ready("redis")
        await world.report(here=[laptop])
        assert await world.statuses(ben, anna) == [ONLINE]
        status, health = await asyncio.to_thread(world.health)
        assert (status, health["ready"]) == (200, True)
    # Redis came back empty the first time: being told again that somebody is here does no harm.
    assert set(heard) == {ONLINE}
    await world.report(gone=[laptop])
    await until(lambda: heard[-1] is OFFLINE)


async def test_what_cannot_be_told_without_chat_is_told_when_it_is_back(chatless: World) -> None:
    anna, _, heard = await chatless.befriend()
    laptop = session(anna)
    await chatless.report(here=[laptop])
    await asyncio.sleep(0.3)
    assert heard == []
    async with partners_answered(chatless.bus, chatless):
        await chatless.report(here=[laptop])
        await until(lambda: heard == [ONLINE])
    await chatless.report(gone=[laptop])
    await asyncio.sleep(GRACE + 0.3)
    assert heard == [ONLINE]
    async with partners_answered(chatless.bus, chatless):
        await until(lambda: heard == [ONLINE, OFFLINE])
