"""Every screen in every mode, in a language that nobody speaks: accessible, translated, and nothing sticks out.

The words come by the same way as those of German do.
"""

from collections import defaultdict
from typing import Any

import pytest
from playwright.async_api import Route, expect

from deploy.local.settings import WEB
from tests.browser.screens import ENTRANCE, FIRST_RUN, SCREENS, Screen, Tour
from tests.browser.story import Story, tell
from tests.browser.visitors import Visitors
from tests.browser.words import strange
from tests.faults.proxy import FaultProxy

AXE = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text()
RUN_AXE = """async rules => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...(rules && { runOnly: rules }) });
    return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, any }) => `${id}: ${target} ${any[0]?.message}`));
}"""

UNTRANSLATED = """names => {
    // What people wrote, keys, times and texts in a language of their own are no words of ours.
    const spared = '[dir], bdi, time, kbd, code, [lang]:not(html), script, style, [role=log] [title]';
    const found = new Set();
    const take = text => {
        const rest = names.reduce((left, name) => left.replaceAll(name, ''), text);
        if (/[A-Za-z]{3}/.test(rest)) found.add(`not translated: ${text.trim()}`);
    };
    for (const one of document.querySelectorAll('body *')) {
        if (one.closest(spared) || !(one.checkVisibility() || one.localName === 'option')) continue;
        for (const node of one.childNodes) if (node.nodeType === Node.TEXT_NODE) take(node.data);
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) take(one.getAttribute(name) ?? '');
    }
    return [...found];
}"""

STICKING_OUT = """() => {
    const clips = one => /auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX);
    const isSeenWhole = one => {
        for (let at = one.parentElement; at; at = at.parentElement) if (clips(at)) return false;
        return true;
    };
    const called = one => `${one.localName}.${one.className} ${one.ariaLabel ?? one.textContent.slice(0, 30)}`;
    const found = [];
    const text = document.createRange();
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide`);
    for (const one of document.querySelectorAll('body *')) {
        const style = getComputedStyle(one);
        if (!one.checkVisibility() || style.clipPath !== 'none' || style.display === 'inline') continue;
        const box = one.getBoundingClientRect();
        if (box.width && isSeenWhole(one) && (box.left < -1 || box.right > innerWidth + 1))
            found.push(`beyond the window: ${called(one)}`);
        if (one.closest('svg, pre, textarea, [role=tablist]') || style.textOverflow === 'ellipsis') continue;
        if (/auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1)
            found.push(`scrolls sideways: ${called(one)}`);
        for (const node of one.childNodes) {
            if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || style.whiteSpace === 'pre-wrap') continue;
            text.selectNodeContents(node);
            const { left, right } = text.getBoundingClientRect();
            if (left < box.left - 1 || right > box.right + 1) found.push(`text beside its place: ${called(one)}`);
        }
    }
    return found;
}"""

OWN_NAMES = ("Dialog", "English", "Deutsch", "Chrome on Linux", "Heute")
"""What is called the same in every language, and what the browser says of days."""

MODES: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1240, "height": 760}, "color_scheme": "light"},
    "dark and narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}
DIRECTIONS = {"rtl": "from right to left", "ltr": "from left to right"}


CONTRASTS: dict[str, dict[str, Any]] = {
    "more contrast, light": {"contrast": "more", "color_scheme": "light", "forced_colors": "none"},
    "more contrast, dark": {"contrast": "more", "color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"contrast": "no-preference", "color_scheme": "light", "forced_colors": "active"},
}
USUAL: dict[str, Any] = {"contrast": "no-preference", "color_scheme": "light", "forced_colors": "none"}
ABOUT_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that colours alone can break."""


async def _tour(visitors: Visitors, story: Story, cable: FaultProxy, options: dict[str, Any]) -> Tour:
    words = strange()
    own = {"locale": "de-DE", "service_workers": "block"}
    tour = await Tour.begin(visitors, words, story.places, cable, **own, **options)

    async def speak(route: Route) -> None:
        await route.fulfill(body=f"export default {words.json}", content_type="text/javascript")

    await tour.page.context.route("**/assets/de-*.js", speak)
    await tour.page.add_init_script(AXE)
    return tour


class _Inspector:
    """Looks at one screen after the other, and keeps what is wrong, and where."""

    def __init__(self, tour: Tour, names: tuple[str, ...], mode: str) -> None:
        self._tour = tour
        self._contrasts = CONTRASTS if mode == "light" else {}
        self._names = sorted((*names, *OWN_NAMES), key=len, reverse=True)
        self.found: dict[str, list[str]] = defaultdict(list)
        self.judged = 0

    async def walk(self, screens: tuple[Screen, ...]) -> None:
        async for name in self._tour.screens(screens):
            await self._look(UNTRANSLATED, name, self._names)
            for contrast, media in self._contrasts.items():
                await self._tour.page.emulate_media(**media)
                await self._tour.rest()
                await self._look(RUN_AXE, f"{name}, {contrast}", ABOUT_COLOURS)
                self.judged += 1
            if self._contrasts:
                await self._tour.page.emulate_media(**USUAL)
            for direction, called in DIRECTIONS.items():
                await self._tour.page.evaluate("direction => { document.dir = direction }", direction)
                await self._tour.rest()
                await self._look(STICKING_OUT, f"{name}, {called}")
                await self._look(RUN_AXE, f"{name}, {called}")
                self.judged += 1

    async def _look(self, script: str, where: str, *told: Any) -> None:
        for problem in await self._tour.page.evaluate(script, *told):
            self.found[problem].append(where)

    def finds_nothing(self) -> None:
        print(f"\n{self.judged} pictures judged, {len(self.found)} kinds of trouble")  # noqa: T201
        assert not self.found, "\n".join(f"{what}: {', '.join(where)}" for what, where in self.found.items())


@pytest.mark.parametrize("mode", MODES)
async def test_every_screen(visitors: Visitors, cable: FaultProxy, mode: str) -> None:
    story = await tell(visitors)
    tour = await _tour(visitors, story, cable, MODES[mode])
    inspector = _Inspector(tour, story.names, mode)
    await inspector.walk(ENTRANCE)
    await tour.sign_in(story.username)
    await expect(tour.page.locator("aside h1")).to_have_text(tour.words("list.title"))
    await inspector.walk(SCREENS)
    inspector.finds_nothing()


@pytest.mark.parametrize("mode", MODES)
async def test_the_first_screens(visitors: Visitors, cable: FaultProxy, mode: str) -> None:
    story = await tell(visitors)
    tour = await _tour(visitors, story, cable, MODES[mode])
    inspector = _Inspector(tour, story.names, mode)
    await tour.sign_in(story.newcomer)
    await inspector.walk(FIRST_RUN)
    inspector.finds_nothing()
