"""Browsers on the real suite: each visitor is a browser of their own, as far as pages can tell."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, async_playwright

from deploy.local.settings import LOCAL
from deploy.local.web import BUILT, build
from tests.browser.forbidden import Forbidden
from tests.browser.visitors import Visitors
from tests.faults.proxy import FaultProxy
from tests.people import People
from tests.servers import Servers, Suite

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Where Chromium keeps its reports of crashes is not told by a flag; the home of who runs the tests is not the place.
ENVIRONMENT: dict[str, str | float | bool] = {**os.environ, "XDG_CONFIG_HOME": str(LOCAL / "tests" / "config")}


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker("browser")


@pytest.fixture(scope="package")
async def forbidden() -> AsyncIterator[Forbidden]:
    """Hears of what the policy of the web client forbade: also in workers, which no page can watch."""
    async with Forbidden() as forbidden:
        yield forbidden


@pytest.fixture(scope="package")
async def suite(servers: Servers, forbidden: Forbidden) -> AsyncIterator[Suite]:
    """The whole suite, which serves the web client as it is now. It ends with these tests, lest others have two."""
    await asyncio.to_thread(build)
    async with Suite(servers) as started:
        others = [started.start(service) for service in ("auth", "chat", "presence")]
        env = {"DIALOG_GATEWAY_WEB_FOLDER": str(BUILT), "DIALOG_GATEWAY_CSP_REPORTS": forbidden.url}
        await asyncio.gather(*others, started.start("gateway", env=env))
        yield started


@pytest.fixture(scope="package")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, env=ENVIRONMENT)
        yield browser
        await browser.close()


@pytest.fixture
async def visitors(suite: Suite, chromium: Browser, forbidden: Forbidden) -> AsyncIterator[Visitors]:
    """Makes visitors; at the end of the test nothing may have gone wrong in their browsers."""
    async with AsyncExitStack() as stack:
        made = Visitors(suite, chromium, People(suite, stack))
        yield made
        await made.leave()
    assert made.problems == []
    assert forbidden.reports == []


@pytest.fixture
async def cable(suite: Suite, forbidden: Forbidden) -> AsyncIterator[FaultProxy]:
    """A way to the suite that can be cut."""
    async with FaultProxy("cable") as proxy:
        origin = f"http://127.0.0.1:{proxy.port}"
        env = {
            "DIALOG_GATEWAY_WEB_FOLDER": str(BUILT),
            "DIALOG_GATEWAY_ORIGINS": origin,
            "DIALOG_GATEWAY_CSP_REPORTS": forbidden.url,
        }
        name = f"gateway-behind-{proxy.port}"
        await suite.start("gateway", name=name, env=env)
        proxy.targets.append(("127.0.0.1", int(suite.url(name).rpartition(":")[2])))
        yield proxy
        suite.kill(name)
