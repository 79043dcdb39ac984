"""What tests ask for by name: real servers, the whole suite over them, or one of their own to break."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from deploy.local.settings import SERVICES
from tests.people import People
from tests.servers import Servers, Suite


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Servers]:
    """MariaDB, Redis and nats-server with migrated databases, shared by the whole session: leave them running."""
    async with Servers() as started:
        yield started


@pytest.fixture(scope="session")
async def suite(servers: Servers) -> AsyncIterator[Suite]:
    """One process of every service over `servers`, shared by the whole session: leave them running."""
    async with Suite(servers) as started:
        await started.start_all()
        yield started


@pytest.fixture
async def isolated_suite() -> AsyncIterator[Callable[..., Awaitable[Suite]]]:
    """Makes suites for tests that break things: `await isolated_suite("auth", "chat")` has servers of its own.

    Without names, every service runs. All is stopped when the test ends, whatever state it left behind.
    """
    async with AsyncExitStack() as stack:

        async def make(*services: str) -> Suite:
            servers = await stack.enter_async_context(Servers())
            suite = await stack.enter_async_context(Suite(servers))
            await suite.start_all(*(services or SERVICES))
            return suite

        yield make


@pytest.fixture
async def people(suite: Suite) -> AsyncIterator[People]:
    """People on the shared suite."""
    async with AsyncExitStack() as stack:
        yield People(suite, stack)
