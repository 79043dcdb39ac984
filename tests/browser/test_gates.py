"""What the web client has to keep to, each measured and printed."""

import gzip
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Response, expect

from deploy.local.settings import WEB
from deploy.local.web import BUILT
from dialog.client import Client
from dialog.protocol.people import AddBlock, RequestFriend
from tests.browser.visitors import ENTRANCE, Visitor, Visitors
from tests.people import befriend, direct, group, username
from tests.people import me as account_of
from tests.servers import Suite

KIB = 1024
LOG_IN = 45 * KIB
CHATS = 110 * KIB
STYLES = 18 * KIB


def _size(paths: set[str], kind: str) -> int:
    """Of the files of this kind, as they go over the wire."""
    return sum(len(gzip.compress((BUILT / path).read_bytes(), 9)) for path in paths if path.endswith(kind))


async def test_little_has_to_be_loaded(visitors: Visitors) -> None:
    visitor = await visitors.new()
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
    await visitor.register("Anna")
    chats, styles = _size(loaded, ".js"), _size(loaded, ".css")
    figures = f"{log_in / KIB:.1f} KiB to log in, {chats / KIB:.1f} to the chats, styles {styles / KIB:.1f}"
    print(f"\n{figures}")  # noqa: T201 - the figures are what one wants to see
    assert log_in <= LOG_IN
    assert chats <= CHATS
    assert styles <= STYLES


AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
MODES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}


async def _accessible(visitor: Visitor, where: str, found: dict[str, object]) -> None:
    if problems := await visitor.axe(AXE.read_text()):
        found[where] = problems


@pytest.mark.parametrize("mode", MODES)
async def test_every_screen_is_accessible(visitors: Visitors, mode: str) -> None:
    found: dict[str, object] = {}
    visitor = await visitors.new(bypass_csp=True, **MODES[mode])
    for path, heading in ENTRANCE.items():
        await visitor.go(path)
        await expect(visitor.page.get_by_role("heading", name=heading).first).to_be_visible()
        await _accessible(visitor, path, found)
    [ben, me] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, me)
    for text in ("hello **there**", "> a quote\n- and a list", "```\ncode\n```", "🎉"):
        await ben.send(chat.id, text)
    await visitor.sign_in(username(me))
    await expect(visitor.row("Ben")).to_be_visible()
    await _accessible(visitor, "the list", found)
    await visitor.open("Ben")
    await visitor.say("hi")
    await visitor.sees("hello", "🎉", "hi")
    await _accessible(visitor, "a conversation", found)
    await visitor.message("hello").click(button="right", position={"x": 20, "y": 14})
    await expect(visitor.page.get_by_role("menu")).to_be_visible()
    await _accessible(visitor, "a menu", found)
    await visitor.page.keyboard.press("Escape")
    await _panels(visitor, ben, me, found)
    await _accessible_people(visitors, visitor, me, found)
    assert found == {}


async def _panels(visitor: Visitor, ben: Client, me: Client, found: dict[str, object]) -> None:
    await group(me, ben, title="Choir")
    if await visitor.page.get_by_role("button", name="Back", exact=True).is_visible():
        await visitor.page.get_by_role("button", name="Back", exact=True).click()
    await visitor.open("Choir")
    await visitor.page.get_by_role("button", name="Group", exact=True).click()
    panel = visitor.page.get_by_role("region", name="Group")
    await expect(panel.get_by_text("Ben", exact=True)).to_be_visible()
    await panel.get_by_text("Permissions").click()
    await panel.get_by_text("Invite links").click()
    await panel.get_by_role("button", name="Make a link").click()
    await expect(panel.get_by_text("/join/")).to_be_visible()
    await _accessible(visitor, "a group", found)
    await panel.get_by_role("button", name="Close").click()
    await visitor.page.get_by_role("button", name="What to do with this chat").click()
    await _accessible(visitor, "the menu of a chat", found)
    await visitor.page.get_by_role("menuitem", name="Pinned messages").click()
    await expect(visitor.page.get_by_text("Nothing is pinned here")).to_be_visible()
    await _accessible(visitor, "pinned messages", found)
    await visitor.page.get_by_role("button", name="Close").click()
    await visitor.page.get_by_role("button", name="Search in this chat").click()
    await visitor.page.get_by_role("searchbox", name="Search in this chat").fill("has:wings")
    await expect(visitor.page.get_by_role("alert")).to_be_visible()
    await _accessible(visitor, "search", found)


async def _accessible_people(visitors: Visitors, visitor: Visitor, me: Client, found: dict[str, object]) -> None:
    """The friends screen with every kind of row, and a profile."""
    page = visitor.page
    await visitor.go("/friends")
    await expect(page.get_by_text("No friends yet")).to_be_visible()
    await _accessible(visitor, "no friends", found)
    [friend, asking, asked, blocked] = await visitors.people.join("fay", "gus", "hal", "ivo")
    await befriend(me, friend)
    await asking.call(RequestFriend(user_id=account_of(me).id))
    await me.call(RequestFriend(user_id=account_of(asked).id))
    await me.call(AddBlock(user_id=account_of(blocked).id))
    for tab, name in (("Friends", "Fay"), ("Requests", "Gus"), ("Blocked", "Ivo")):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("button", name=f"Profile of {name}")).to_be_visible()
        await _accessible(visitor, tab, found)
    await page.get_by_role("button", name="Profile of Ivo").click()
    await expect(page.get_by_role("dialog")).to_contain_text("You block this person")
    await _accessible(visitor, "a profile", found)
    await page.keyboard.press("Escape")
    await visitor.go("/settings")
    await expect(page.get_by_text("This device")).to_be_visible()
    await expect(page.get_by_label("Who may write to you")).to_be_visible()
    await _accessible(visitor, "the settings", found)


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
