"""Pictures of every screen, to be looked at: `make screenshots`. Nothing is compared."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy.local.settings import LOCAL
from tests.browser.screens import ENTRANCE, FIRST_RUN, SCREENS, Screen, Tour
from tests.browser.story import tell
from tests.browser.visitors import Visitors
from tests.browser.words import english
from tests.faults.proxy import FaultProxy

FOLDER = LOCAL / "screenshots"

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1240, "height": 760}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1240, "height": 760}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light", "has_touch": True},
    "wide": {"viewport": {"width": 1920, "height": 1000}, "color_scheme": "dark"},
}

MODES: dict[str, dict[str, Any]] = {
    "contrast": {"contrast": "more"},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
    "compact": {},
    "right-to-left": {},
}
SETTINGS = {"compact": "dataset.density = 'compact'", "right-to-left": "dir = 'rtl'"}
"""What a mode sets on the page."""
IN_MODES = {
    *("warning", "list", "account", "conversation", "unread", "selection", "reply", "emoji", "mention", "not-sent"),
    *("menu", "switcher", "group", "group-permissions", "friends", "profile", "search-all", "settings", "delete-group"),
}


@pytest.fixture(scope="module", autouse=True)
def folder() -> Path:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    return FOLDER


async def _take(tour: Tour, screens: tuple[Screen, ...], look: str) -> None:
    async for name in tour.screens(screens):
        await tour.page.screenshot(path=FOLDER / f"{name}-{look}.png")


@pytest.mark.parametrize("look", LOOKS)
async def test_every_screen(visitors: Visitors, cable: FaultProxy, look: str) -> None:
    story = await tell(visitors)
    tour = await Tour.begin(visitors, english(), story.places, cable, **LOOKS[look])
    await _take(tour, ENTRANCE, look)
    await tour.sign_in(story.username)
    await _take(tour, SCREENS, look)
    newcomer = await Tour.begin(visitors, english(), story.places, cable, **LOOKS[look])
    await newcomer.sign_in(story.newcomer)
    await _take(newcomer, FIRST_RUN, look)


@pytest.mark.parametrize("mode", MODES)
async def test_other_modes(visitors: Visitors, cable: FaultProxy, mode: str) -> None:
    story = await tell(visitors)
    tour = await Tour.begin(visitors, english(), story.places, cable, **LOOKS["light"] | MODES[mode])
    setting = f"document.documentElement.{SETTINGS.get(mode, 'id')}"
    await tour.page.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {setting} }})")
    await tour.sign_in(story.username)
    await tour.page.evaluate(setting)
    await _take(tour, tuple(screen for screen in SCREENS if screen.name in IN_MODES), mode)
