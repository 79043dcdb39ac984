"""What the web client has to keep to, each measured and printed."""

import gzip
from pathlib import Path

import aiohttp
from playwright.async_api import Response, expect

from deploy.local.web import BUILT
from tests.browser.visitors import Visitors
from tests.people import direct, username
from tests.servers import Suite

KIB = 1024
LOG_IN = 45 * KIB
CHATS = 110 * KIB
STYLES = 18 * KIB


def _size(paths: set[str], kind: str) -> int:
    """Of the files of this kind, as they go over the wire."""
    return sum(len(gzip.compress((BUILT / path).read_bytes(), 9)) for path in paths if path.endswith(kind))


async def test_little_has_to_be_loaded(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "hello")
    # What the service worker keeps for later is not needed for this.
    visitor = await visitors.new(service_workers="block")
    loaded: set[str] = set()

    def note(response: Response) -> None:
        path = response.url.removeprefix(visitor.url).lstrip("/")
        if path.startswith("assets/"):
            loaded.add(path)

    visitor.page.context.on("response", note)
    await visitor.go()
    await expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    # Of the worker no page hears that it was loaded.
    loaded |= {f"assets/{path.name}" for path in (BUILT / "assets").glob("worker-*.js")}
    log_in = _size(loaded, ".js")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("hello")
    await visitor.say("and hello to you")
    await expect(visitor.message("and hello to you").get_by_label("Sent", exact=True)).to_be_visible()
    chats, styles = _size(loaded, ".js"), _size(loaded, ".css")
    figures = f"{log_in / KIB:.1f} KiB to log in, {chats / KIB:.1f} to a conversation, styles {styles / KIB:.1f}"
    print(f"\n{figures}")  # noqa: T201 - the figures are what one wants to see
    assert log_in <= LOG_IN
    assert chats <= CHATS
    assert styles <= STYLES


def _script() -> Path:
    return next((BUILT / "assets").glob("index-*.js"))


async def test_the_app_is_served_as_a_fortress(suite: Suite) -> None:
    url = suite.url("gateway")
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        async with http.get(f"{url}/c/12") as page:
            assert page.status == 200
            assert page.headers["Cache-Control"] == "no-cache"
            policy = page.headers["Content-Security-Policy"]
            assert "script-src 'self';" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "unsafe" not in policy
            assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "camera=(self)" in page.headers["Permissions-Policy"]
        script = _script()
        for encoding in ("br", "gzip"):
            headers = {"Accept-Encoding": encoding}
            async with http.get(f"{url}/assets/{script.name}", headers=headers) as asset:
                assert asset.headers["Content-Encoding"] == encoding
                assert "immutable" in asset.headers["Cache-Control"]
                assert asset.content_type == "text/javascript"
        for missing in ("/assets/none.js", "/api/none", "/../etc/passwd.txt", "/assets/%2e%2e/index.html.js"):
            async with http.get(url + missing) as refused:
                assert refused.status in (404, 405), missing
        async with http.get(f"{url}/health/ready") as health:
            assert (await health.json())["ready"] is True
