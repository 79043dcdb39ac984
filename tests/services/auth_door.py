"""Auth as its callers know it: commands over NATS to a real process over real servers."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncmy
import pytest
from asyncmy.cursors import DictCursor

from dialog.bus import Bus
from dialog.config import Settings, load
from dialog.db import connection_arguments
from dialog.protocol.accounts import (
    AccessTokens,
    Device,
    OpenSession,
    RefreshSession,
    RegisterAccount,
    Registered,
    SessionTokens,
    UseRecoveryKey,
)
from dialog.protocol.base import Actor, Command, Failure, Refused
from dialog.protocol.internal import GetRevokedSessions
from dialog.tokens import Access, KeyRing
from tests.patience import PATIENCE
from tests.sequences import spelled
from tests.servers import Servers, Suite

R = TypeVar("R")
F = TypeVar("F", bound=Failure)

PASSWORD = "tulips in the rain"
OTHER_PASSWORD = "roses in the snow"
POLICY = "2026-11-01"

_people = itertools.count(1)
_places = itertools.count(1)


def somewhere() -> str:
    """An address in a network where nobody has been before."""
    number = next(_places)
    return f"10.{number >> 8 & 255}.{number & 255}.7"


def somebody() -> str:
    """A username that nobody has."""
    return f"person.{next(_people)}x{time.time_ns() % 10**9}"


def caller(tokens: SessionTokens, address: str = "192.0.2.1") -> Actor:
    """The actor that the gateway makes of a valid access token."""
    return Actor(user_id=tokens.user.id, session_id=tokens.session_id, address=address)


@dataclass
class Door:
    """The way in: `call` for replies, `refusal` for the failure that a command must meet."""

    suite: Suite
    bus: Bus

    async def call(self, command: Command[R], actor: Actor | None = None) -> R:
        """The reply. Raises Refused."""
        return await self.bus.call(command, actor or Actor(address=somewhere()))

    async def refusal(self, kind: type[F], command: Command[Any], actor: Actor | None = None) -> F:
        """The failure, which must be of this kind."""
        with pytest.raises(Refused) as raised:
            await self.call(command, actor)
        assert isinstance(raised.value.failure, kind), raised.value.failure
        return raised.value.failure

    async def register(self, username: str = "", address: str = "", **fields: Any) -> Registered:
        """A new account with PASSWORD."""
        return await self.call(registration(username, **fields), Actor(address=address or somewhere()))

    async def open(self, username: str, password: str = PASSWORD, address: str = "") -> SessionTokens:
        """A new session."""
        return await self.call(opening(username, password), Actor(address=address or somewhere()))

    async def newcomer(self) -> SessionTokens:
        """Somebody new, signed in."""
        return await self.open((await self.register()).user.username)

    async def refresh(self, login_token: str) -> AccessTokens:
        """The next pair of tokens."""
        return await self.call(RefreshSession(login_token=login_token))

    async def access(self, token: str) -> Access:
        """What any service reads from an access token."""
        return await KeyRing(self.bus).check(token)

    async def is_revoked(self, session_id: int) -> bool:
        """Whether a gateway that polls hears of it."""
        return session_id in (await self.call(GetRevokedSessions(since=0))).session_ids

    async def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask auth's database directly."""
        connection = await asyncmy.connect(
            autocommit=True, **connection_arguments(self.suite.servers.mysql_url("auth"))
        )
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(spelled(statement), values or None)
                return list(await cursor.fetchall())
        finally:
            connection.close()

    async def plan(self, statement: str) -> dict[str, Any]:
        """How auth's database would look for the rows, by the names of EXPLAIN: `type`, `key`, `rows` and others."""
        connection = await asyncmy.connect(
            autocommit=True, **connection_arguments(self.suite.servers.mysql_url("auth"))
        )
        try:
            async with connection.cursor(DictCursor) as cursor:
                await cursor.execute(f"EXPLAIN FORMAT=TRADITIONAL {statement}")
                [plan] = await cursor.fetchall()
                return plan
        finally:
            connection.close()

    @asynccontextmanager
    async def hearing(self, user_id: int) -> AsyncGenerator[list[bytes], None]:
        """The events for one person's sockets, as they come."""
        heard: list[bytes] = []
        subscription = await self.bus.subscribe(f"user.{user_id}", heard.append)
        await self.bus.flush()
        try:
            yield heard
        finally:
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()


def registration(username: str = "", **fields: Any) -> RegisterAccount:
    """A registration with nothing wrong, but for `fields`."""
    right: dict[str, Any] = {
        "username": username or somebody(),
        "password": PASSWORD,
        "display_name": "Somebody",
        "age_confirmed": True,
        "policy_version": POLICY,
    }
    return RegisterAccount(**(right | fields))


def opening(username: str, password: str = PASSWORD, device: str = "Firefox on Linux") -> OpenSession:
    return OpenSession(username=username, password=password, device=Device(name=device))


def recovery(username: str, key: str, password: str = OTHER_PASSWORD) -> UseRecoveryKey:
    return UseRecoveryKey(username=username, recovery_key=key, new_password=password)


# What an operator gets who sets nothing; only the hashes stay cheap.
LIMITS = {
    "REGISTER_BURST": "5",
    "REGISTER_TRIES_BURST": "20",
    "USERNAME_CHECKS_BURST": "20",
    "LOGIN_BURST": "20",
}


@asynccontextmanager
async def open_door(**env: str) -> AsyncGenerator[Door, None]:
    """Auth alone over servers of its own, with settings such as `LOGIN_FREE="2"`: limits are what is tested here."""
    async with Servers() as servers, Suite(servers) as suite:
        await suite.start("auth", env={f"DIALOG_AUTH_{name}": value for name, value in (LIMITS | env).items()})
        url = {"DIALOG_NATS_URL": servers.environment["DIALOG_NATS_URL"]}
        bus = await Bus.connect(load(Settings, "test", url), "test")
        try:
            yield Door(suite=suite, bus=bus)
        finally:
            await bus.close()


async def eventually(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not await happened():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.02)
