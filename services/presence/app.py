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
from .store import Store


class Config(RedisSettings, frozen=True, kw_only=True):
    """The settings of presence."""

    http_port: Annotated[Port, Meta(description="port of health and metrics")] = 8083
    session_ttl: Annotated[
        Seconds, Meta(description="seconds that a session counts as live after a gateway last reported it")
    ] = 75.0
    offline_grace: Annotated[
        Seconds, Meta(description="seconds from the end of somebody's last session until they count as offline")
    ] = 25.0
    sweep_interval: Annotated[Seconds, Meta(description="seconds between two looks for people who have gone")] = 1.0
    sweep_size: Annotated[Count, Meta(description="people taken on by one such look")] = 500
    sessions_at_once: Annotated[Count, Meta(description="sessions that one Redis script notes down")] = 500
    announcers: Annotated[Count, Meta(description="people whose partners are told at the same time")] = 16
    announcements_waiting: Annotated[
        Count, Meta(description="people whose partners are still to be told; more are put off")
    ] = 20000
    announce_retry: Annotated[
        Seconds, Meta(description="seconds until a change that could not be told is told again")
    ] = 5.0


@dataclass(frozen=True)
class App:
    config: Config
    bus: Bus
    redis: Redis
    store: Store
    announcer: Announcer
    checks: Mapping[str, Check]


@asynccontextmanager
async def open_app(config: Config, bus: Bus) -> AsyncGenerator[App, None]:
    """Redis may be away: people then read as offline until it is back."""
    async with open_cache(config) as redis:
        store = Store(redis, ttl=config.session_ttl, grace=config.offline_grace, at_once=config.sessions_at_once)
        announcer = Announcer(bus, store, waiting=config.announcements_waiting, retry=config.announce_retry)
        checks = {"redis": partial(check_cache, redis)}
        async with announcer.running(workers=config.announcers, interval=config.sweep_interval, size=config.sweep_size):
            yield App(config=config, bus=bus, redis=redis, store=store, announcer=announcer, checks=checks)
