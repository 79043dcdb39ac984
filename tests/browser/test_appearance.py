"""What one chooses of how the app looks is legible, and fits."""

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.screens import ENTRANCE, FIRST_RUN, SCREENS, Screen, Tour
from tests.browser.story import tell
from tests.browser.test_screens import AXE, STICKING_OUT
from tests.browser.visitors import Visitor, Visitors
from tests.browser.words import english
from tests.faults.proxy import FaultProxy
from tests.people import direct, username

CONTRASTS = """async () => {
    const { violations } = await axe.run(document, { runOnly: ['color-contrast'], resultTypes: ['violations'] });
    return violations.flatMap(({ nodes }) => nodes.map(({ target, any }) => `${target} ${any[0]?.message}`));
}"""
RING = "one => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]"
MIRRORED = "icon => new DOMMatrix(getComputedStyle(icon).transform).a < 0"
SIZE_OF = "one => parseFloat(getComputedStyle(one).fontSize)"
ACCENT = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"

NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}
LOOKED_AT = {
    *("sign-in-wait", "register-taken", "list", "new-chat", "switcher", "direct", "conversation", "menu", "emoji"),
    *("group-permissions", "profile", "friends", "settings", "settings-privacy", "settings-end", "password", "search"),
}
"""Screens of every kind; all of them take their time."""


async def _prefer(page: Page, **chosen: Any) -> None:
    """As somebody who has chosen so before."""
    stored = json.dumps(json.dumps(chosen))
    await page.add_init_script(
        f"localStorage.getItem('dialog.preferences') ?? localStorage.setItem('dialog.preferences', {stored})"
    )


async def _settings(visitor: Visitor) -> None:
    await visitor.page.keyboard.press("Control+,")
    await expect(visitor.page.get_by_role("heading", name="Settings")).to_be_focused()


async def test_larger_text(visitors: Visitors) -> None:
    """All text grows, what holds it as well, and it is so at the next visit."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "hello")
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    row, message = visitor.row("Ben"), visitor.message("hello")
    await expect(row).to_be_visible()
    before = [(await one.evaluate(SIZE_OF), (await one.bounding_box() or {})["height"]) for one in (row, message)]
    await _settings(visitor)
    await expect(page.get_by_label("Text size")).to_have_value("15")
    await page.get_by_label("Text size").select_option("20 pixels")
    await page.reload()
    await expect(page.get_by_label("Text size")).to_have_value("20")
    await visitor.open("Ben")
    await visitor.sees("hello")
    for one, (size, height) in zip((row, message), before, strict=True):
        assert await one.evaluate(SIZE_OF) == pytest.approx(size * 20 / 15, abs=0.01)
        assert (await one.bounding_box() or {})["height"] > height + 4


async def test_large_text_fits_a_narrow_screen(visitors: Visitors, cable: FaultProxy) -> None:
    story = await tell(visitors)
    tour = await Tour.begin(visitors, english(), story.places, cable, **NARROW)
    await _prefer(tour.page, text=20)
    found: list[str] = []

    async def walk(screens: tuple[Screen, ...]) -> None:
        async for name in tour.screens(tuple(screen for screen in screens if screen.name in LOOKED_AT)):
            assert await tour.page.evaluate(f"({SIZE_OF})(document.body)") == pytest.approx(20, abs=0.01)
            found.extend(f"{name}: {problem}" for problem in await tour.page.evaluate(STICKING_OUT))

    await walk(ENTRANCE)
    await tour.sign_in(story.username)
    await walk(SCREENS + FIRST_RUN)
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_accents_are_legible(visitors: Visitors, theme: str) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "hello")
    visitor = await visitors.new(color_scheme=theme)
    page = visitor.page
    await page.add_init_script(AXE)
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.say("**and** `hello` https://dialog.example")
    await expect(visitor.message("and hello").get_by_label("Sent", exact=True)).to_be_visible()
    seen: set[str] = set()
    for name in ("Blue", "Violet", "Plum", "Moss", "Verdigris"):
        await _settings(visitor)
        choice = page.get_by_role("radio", name=name)
        await choice.check()
        seen.add(await page.evaluate(ACCENT))
        assert await page.evaluate(CONTRASTS) == [], f"{name} in the settings"
        await page.go_back()
        await visitor.sees("and hello")
        assert await page.evaluate(CONTRASTS) == [], f"{name} in a conversation"
    assert len(seen) == 5
    await _settings(visitor)
    await page.get_by_role("radio", name="Plum").check()
    chosen = await page.evaluate(ACCENT)
    await page.reload()
    await expect(page.get_by_role("radio", name="Plum")).to_be_checked()
    assert await page.evaluate(ACCENT) == chosen
    await page.emulate_media(forced_colors="active")
    assert await page.evaluate(ACCENT) == "CanvasText"


async def test_focus_is_seen_where_the_system_chooses_the_colours(visitors: Visitors) -> None:
    """There are no shadows then."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new(forced_colors="active")
    page = visitor.page

    async def has_a_ring(line: Locator) -> None:
        await line.focus()
        assert await line.evaluate(RING) == ["solid", "2px"]

    await visitor.go()
    await has_a_ring(page.get_by_label("Username"))
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await has_a_ring(visitor.composer)
    await page.get_by_role("button", name="Emoji").click()
    await has_a_ring(page.get_by_role("dialog").locator("input"))
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await has_a_ring(page.get_by_role("dialog").get_by_role("combobox"))
    await page.keyboard.press("Escape")
    await _settings(visitor)
    await has_a_ring(page.get_by_label("Text size"))


async def test_what_points_along_the_line_is_mirrored(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "hello")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.message("hello").click(button="right", position={"x": 40, "y": 14})
    expected: dict[str, list[str]] = {"ltr": [], "rtl": ["Reply", "Forward"]}
    for direction, names in expected.items():
        await visitor.page.evaluate("direction => { document.dir = direction }", direction)
        items = await visitor.page.get_by_role("menuitem").filter(has=visitor.page.locator("svg")).all()
        mirrored = [await item.inner_text() for item in items if await item.locator("svg").evaluate(MIRRORED)]
        assert mirrored == names
