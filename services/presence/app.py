"""What a presence handler may touch."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from msgspec import Meta
from redis.asyncio import Redis

from dialog.bus import Bus
from dialog.cache import check_cache, open_cache
from dialog.config import Count, Port, RedisSettings, Seconds
from dialog.http import Check

from .announce import Announcer
from .circles import Circles
from .person import Timing
from .store import Keeping, Store


class Config(RedisSettings, frozen=True, kw_only=True):
    """The settings of presence."""

    http_port: Annotated[Port, Meta(description="port of health and metrics")] = 8083
    session_ttl: Annotated[
        Seconds, Meta(description="seconds that a session counts as live after a gateway last reported it")
    ] = 75.0
    offline_grace: Annotated[
        Seconds, Meta(description="seconds from the end of somebody's last session until they count as offline")
    ] = 25.0
    idle_after: Annotated[
        Seconds, Meta(description="seconds without input on any device until somebody counts as idle")
    ] = 300.0
    transition_interval: Annotated[Seconds, Meta(description="seconds between two changes told of one person")] = 5.0
    sweep_interval: Annotated[
        Seconds, Meta(description="seconds between two looks for what has changed, each told as one event per viewer")
    ] = 1.0
    sweep_size: Annotated[Count, Meta(description="people looked at together")] = 500
    sessions_at_once: Annotated[Count, Meta(description="sessions that one Redis script notes down")] = 500
    circles_asked: Annotated[Count, Meta(description="people about whose friends is asked at the same time")] = 16
    circle_kept: Annotated[Seconds, Meta(description="seconds for which it is remembered who sees somebody")] = 60.0
    status_kept: Annotated[
        Seconds, Meta(description="seconds for which it is remembered what somebody chose to show")
    ] = 600.0
    last_seen_kept: Annotated[
        Seconds, Meta(description="seconds for which it is remembered when somebody was last seen")
    ] = 30 * 86400.0
    announce_retry: Annotated[
        Seconds, Meta(description="seconds until a change that could not be told is told again")
    ] = 5.0


@dataclass(frozen=True)
class App:
    config: Config
    bus: Bus
    redis: Redis
    store: Store
    circles: Circles
    timing: Timing
    checks: Mapping[str, Check]


@asynccontextmanager
async def open_app(config: Config, bus: Bus) -> AsyncGenerator[App, None]:
    """Redis may be away: people then read as offline until it is back."""
    async with open_cache(config) as redis:
        keeping = Keeping(
            session=config.session_ttl,
            grace=config.offline_grace,
            status=config.status_kept,
            last_seen=config.last_seen_kept,
            circle=config.circle_kept,
        )
        timing = Timing(idle_after=config.idle_after, transition=config.transition_interval)
        store = Store(redis, keeping, timing, at_once=config.sessions_at_once)
        circles = Circles(bus, store, asking=config.circles_asked)
        announcer = Announcer(
            bus, store, circles, timing, size=config.sweep_size, retry=config.announce_retry, keep=config.status_kept
        )
        checks = {"redis": partial(check_cache, redis)}
        async with announcer.running(config.sweep_interval):
            yield App(config=config, bus=bus, redis=redis, store=store, circles=circles, timing=timing, checks=checks)
