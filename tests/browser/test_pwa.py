"""The app as one that is installed: it is there without a network, and a newer version waits until it is wanted."""

import asyncio
import base64
import hashlib
import re
import shutil
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from deploy.local.web import BUILT
from tests.browser.forbidden import Forbidden
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import direct, username
from tests.servers import Suite

KEPT = 900 * 1024
OLD, NEW = "old", "new"
READY = "A new version of Dialog is ready."

CONTROLLED = "() => navigator.serviceWorker.controller !== null"
LOOK = "async () => void await (await navigator.serviceWorker.getRegistration()).update()"
CACHED = """async () => {
  const all = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname);
  return all;
}"""
STORED = """async () => {
  let size = 0;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) size += (await (await cache.match(request)).arrayBuffer()).byteLength;
  }
  return size;
}"""


async def kept(page: Page) -> None:
    """The app is at hand in this browser from now on."""
    await page.wait_for_function(CONTROLLED)


async def test_it_can_be_installed(visitors: Visitors) -> None:
    visitor = await visitors.new()
    await visitor.go()
    href = await visitor.page.locator("link[rel=manifest]").get_attribute("href")
    async with aiohttp.ClientSession(visitor.url) as http:
        async with http.get(href or "") as answer:
            assert answer.content_type == "application/manifest+json"
            assert answer.headers["Cache-Control"] == "no-cache"
            manifest = await answer.json()
        assert (manifest["name"], manifest["display"], manifest["id"]) == ("Dialog", "standalone", "/")
        drawn = {icon["src"]: icon for icon in manifest["icons"] if icon["type"] == "image/png"}
        for path, icon in drawn.items():
            async with http.get(path) as answer:
                assert answer.content_type == "image/png"
                width, height = struct.unpack(">II", (await answer.read())[16:24])
                assert icon["sizes"] == f"{width}x{height}"
        assert {(icon["sizes"], icon.get("purpose", "any")) for icon in drawn.values()} == {
            (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
        }
        async with http.get("/sw.js") as answer:
            assert answer.content_type == "text/javascript"
            assert answer.headers["Cache-Control"] == "no-cache"
    await kept(visitor.page)
    devtools = await visitor.page.context.new_cdp_session(visitor.page)
    found = await devtools.send("Page.getInstallabilityErrors")
    # Chromium installs nothing in private windows, as all browsers of these tests are.
    assert [e for e in found["installabilityErrors"] if e["errorId"] != "in-incognito"] == []
    size = await visitor.page.evaluate(STORED)
    print(f"\n{size / 1024:.0f} KiB are kept")  # noqa: T201 - the figures are what one wants to see
    assert size <= KEPT


async def test_nothing_but_the_app_is_kept(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "between us")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await kept(visitor.page)
    await visitor.page.reload()
    await visitor.open("Ben")
    await visitor.sees("between us")
    paths: list[str] = await visitor.page.evaluate(CACHED)
    assert [path for path in paths if not re.fullmatch(r"/index\.html|/assets/[\w.-]+", path)] == []


async def test_it_opens_offline(visitors: Visitors) -> None:
    visitor = await visitors.new(locale="de-DE")
    await visitor.go()
    await kept(visitor.page)
    await visitor.page.context.set_offline(True)
    await visitor.go("/register")
    await expect(visitor.page.get_by_role("button", name="Konto anlegen")).to_be_visible()
    await visitor.page.reload()
    await expect(visitor.page.get_by_role("button", name="Konto anlegen")).to_be_visible()


async def test_who_is_signed_in_sees_the_app_offline(visitors: Visitors, suite: Suite) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    async with _Versions(suite, BUILT, BUILT) as versions:
        visitor = await visitors.new(url=versions.url)
        await visitor.sign_in(username(mia))
        await kept(visitor.page)
        versions.proxy.cut()
        await visitor.go("/settings")
        await expect(visitor.page.get_by_text("Offline. Messages will be sent when you are back.")).to_be_visible()
        await expect(visitor.page.get_by_role("heading", name="Chats")).to_be_visible()
        versions.proxy.heal()
        await expect(visitor.row("Ben")).to_be_visible()


async def test_what_the_worker_may_not_do_is_told(visitors: Visitors, forbidden: Forbidden) -> None:
    """As it is of the engine's, so that each of these tests would notice."""
    visitor = await visitors.new()
    await visitor.go()
    await kept(visitor.page)
    [worker] = visitor.page.context.service_workers
    await worker.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
    async with asyncio.timeout(PATIENCE):
        while not forbidden.reports:
            await asyncio.sleep(0.05)
    assert {report["blocked-uri"] for report in forbidden.reports} == {"https://elsewhere.invalid/"}
    forbidden.reports.clear()


class _Versions:
    """Two versions of the app behind one address."""

    def __init__(self, suite: Suite, old: Path, new: Path) -> None:
        self.suite = suite
        self.folders = {OLD: old, NEW: new}
        self.proxy = FaultProxy("versions")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.proxy.port}"

    async def __aenter__(self) -> Self:
        await self.proxy.__aenter__()
        await asyncio.gather(*[self._start(version) for version in self.folders])
        self.serve(OLD)
        return self

    def _name(self, version: str) -> str:
        return f"gateway-{version}-{self.proxy.port}"

    async def _start(self, version: str) -> None:
        env = {"DIALOG_GATEWAY_WEB_FOLDER": str(self.folders[version]), "DIALOG_GATEWAY_ORIGINS": self.url}
        await self.suite.start("gateway", name=self._name(version), env=env)

    def serve(self, version: str) -> None:
        self.proxy.targets[:] = [("127.0.0.1", int(self.suite.url(self._name(version)).rpartition(":")[2]))]
        self.proxy.reset()

    async def __aexit__(self, *_: object) -> None:
        for version in self.folders:
            self.suite.kill(self._name(version))
        await self.proxy.__aexit__(None, None, None)


@pytest.fixture
async def versions(suite: Suite, tmp_path: Path) -> AsyncIterator[_Versions]:
    """The version of today, and one in which all files that are loaded later have other names."""
    new = tmp_path / "new"
    await asyncio.to_thread(_rename, BUILT, new)
    async with _Versions(suite, BUILT, new) as versions:
        yield versions


def _rename(old: Path, new: Path) -> None:
    """What a change to every file would build: other names throughout, and a page that says so."""
    shutil.copytree(old, new, ignore=shutil.ignore_patterns("*.gz", "*.br", "*.map"))
    names = [path.name for path in (new / "assets").glob("*.js")]
    renamed = {name: f"{name.removesuffix('.js')}New.js" for name in names}
    pattern = re.compile("|".join(re.escape(name) for name in names))
    for path in [*new.glob("assets/*.js"), new / "index.html", new / "sw.js"]:
        path.write_text(pattern.sub(lambda found: renamed[found[0]], path.read_text()))
    for name, other in renamed.items():
        (new / "assets" / name).rename(new / "assets" / other)
    page, worker = new / "index.html", new / "sw.js"
    before = _integrity(page)
    page.write_text(page.read_text().replace("<title>", '<meta name="version" content="new"><title>'))
    text = worker.read_text().replace(_integrity(old / "index.html"), _integrity(page))
    assert before not in text
    worker.write_text(re.sub(r'"version":"\w+"', '"version":"new"', text))


def _integrity(path: Path) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()}"


async def _version(page: Page) -> int:
    return await page.locator("meta[name=version]").count()


async def _signed_in(visitors: Visitors, versions: _Versions) -> tuple[Visitor, BrowserContext]:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "hello")
    visitor = await visitors.new(url=versions.url)
    await visitor.sign_in(username(mia))
    await kept(visitor.page)
    return visitor, visitor.page.context


async def test_a_newer_version_waits_until_it_is_wanted(visitors: Visitors, versions: _Versions) -> None:
    first, context = await _signed_in(visitors, versions)
    second = await visitors.tab(context, versions.url)
    await second.go()
    await second.arrives()
    await first.open("Ben")
    await first.composer.fill("not yet")
    versions.serve(NEW)
    await first.page.evaluate(LOOK)
    await expect(second.page.get_by_text(READY)).to_be_visible()
    # Whoever writes is left alone, and who reloads keeps the version that the others have.
    assert not await first.page.get_by_text(READY).is_visible()
    await second.page.reload()
    await expect(second.page.get_by_text(READY)).to_be_visible()
    assert await _version(second.page) == 0
    # What the old version loads later is not on the server any more.
    await second.page.get_by_role("button", name="Friends").click()
    await expect(second.page.get_by_text("No friends yet")).to_be_visible()
    await first.say("written meanwhile")
    await expect(first.page.get_by_text(READY)).to_be_visible()
    await first.page.get_by_role("button", name="Reload").click()
    for visitor in (first, second):
        await visitor.page.wait_for_function("() => document.querySelector('meta[name=version]') !== null")
        await expect(visitor.page.get_by_text(READY)).to_be_hidden()
    await first.sees("hello", "written meanwhile")
    await expect(second.page.get_by_text("No friends yet")).to_be_visible()


async def test_it_waits_for_what_is_not_sent(visitors: Visitors, versions: _Versions) -> None:
    visitor, _ = await _signed_in(visitors, versions)
    await visitor.open("Ben")
    versions.serve(NEW)
    await visitor.page.evaluate(LOOK)
    await expect(visitor.page.get_by_text(READY)).to_be_visible()
    versions.proxy.cut()
    await visitor.say("on its way")
    await expect(visitor.page.get_by_label("Waiting to be sent")).to_have_count(1)
    await visitor.page.get_by_role("button", name="Reload").click()
    await expect(visitor.page.get_by_text("Dialog reloads as soon as your messages are sent.")).to_be_visible()
    assert await _version(visitor.page) == 0
    versions.proxy.heal()
    await visitor.page.wait_for_function("() => document.querySelector('meta[name=version]') !== null")
    await visitor.sees("hello", "on its way")


async def test_what_cannot_be_loaded_can_be_tried_again(visitors: Visitors, versions: _Versions) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new(url=versions.url, service_workers="block")
    await visitor.sign_in(username(mia))
    page = visitor.page
    missing = page.get_by_text("A part of Dialog could not be loaded.")
    await visitor.open("Ben")
    versions.serve(NEW)
    await page.get_by_role("button", name="What to do with this chat").click()
    await page.get_by_role("menuitem", name="Go to a date").click()
    await expect(missing).to_be_visible()
    versions.serve(OLD)
    await page.get_by_role("button", name="Try again").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    versions.serve(NEW)
    await page.get_by_role("button", name="Friends").click()
    await expect(missing).to_be_visible()
    versions.serve(OLD)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No friends yet")).to_be_visible()
    versions.serve(NEW)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Settings").click()
    await page.get_by_role("button", name="Reload").click()
    await expect(page.get_by_text("This device")).to_be_visible()
    assert await _version(page) == 1
