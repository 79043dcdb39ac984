"""Browsers on the real suite: each visitor is a browser of their own, as far as pages can tell."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, async_playwright

from deploy.local.web import BUILT, build
from tests.browser.visitors import Visitors
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


@pytest.fixture(scope="package")
async def suite(servers: Servers) -> AsyncIterator[Suite]:
    """The whole suite, which serves the web client as it is now. It ends with these tests, lest others have two."""
    await asyncio.to_thread(build)
    async with Suite(servers) as started:
        others = [started.start(service) for service in ("auth", "chat", "presence")]
        await asyncio.gather(*others, started.start("gateway", env={"DIALOG_GATEWAY_WEB_FOLDER": str(BUILT)}))
        yield started


@pytest.fixture(scope="package")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def visitors(suite: Suite, chromium: Browser) -> AsyncIterator[Visitors]:
    """Makes visitors; at the end of the test nothing may have gone wrong in their browsers."""
    async with AsyncExitStack() as stack:
        made = Visitors(suite, chromium, People(suite, stack))
        yield made
        await made.leave()
    assert made.problems == []
