"""People with a browser: what they see and do, by the words on the screen."""

import asyncio
import secrets
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.patience import PATIENCE
from tests.people import PASSWORD, People
from tests.servers import Suite

expect.set_options(timeout=30_000)

WATCH = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"

IN_SIGHT = """messages => messages.some(message => {
    const [one, log] = [message, message.closest('[role=log]')].map(element => element.getBoundingClientRect());
    return one.top >= log.top && one.bottom <= log.bottom;
})"""

SHIFTS = """(() => {
    window.shifts = [];
    const place = ({ x, y, width, height }) => `${width} x ${height} at ${x}, ${y}`;
    const tell = ({ node, previousRect, currentRect }) =>
        `${node?.className ?? node?.data}: from ${place(previousRect)} to ${place(currentRect)}`;
    // On a slow machine there is a line, some time, that tells of the connection: it moves all there is.
    const isOfLine = ({ sources }) => sources.some(({ node, previousRect: was, currentRect: is }) =>
        node?.localName === 'main' && was.x === is.x);
    const observer = new PerformanceObserver(list => {
        for (const entry of list.getEntries())
            if (!isOfLine(entry)) shifts.push([entry.value, ...entry.sources.map(tell)]);
    });
    observer.observe({ type: 'layout-shift', buffered: true });
})()"""
"""Notes how far anything moved by itself: of each time how much, and what, in `shifts`."""

TREMBLE = """log => new Promise(begun => {
    let moved = 0;
    (function step() {
        log.scrollBy(0, ++moved % 2 ? -1 : 1);
        if (moved > 3) begun();
        requestAnimationFrame(step);
    })();
})"""
"""A list never comes to rest, and stays where it is."""


class Visitor:
    """Somebody in front of one page."""

    def __init__(self, page: Page, url: str, username: str = "") -> None:
        self.page = page
        self.url = url
        self.username = username

    async def go(self, path: str = "/") -> None:
        await self.page.goto(self.url + path)

    async def register(self, name: str) -> None:
        """Make an account by the form, keep the key, and arrive at the chats."""
        await self.go("/register")
        await self.make_account(name)
        await self.arrives()

    async def make_account(self, name: str) -> None:
        """By the form that is there, and keep the key."""
        await self.fill_in(name)
        await self.keep_key()

    async def fill_in(self, name: str, *, username: str = "", stays: bool = True) -> None:
        page = self.page
        self.username = username or f"{name.lower()}.{secrets.token_hex(4)}"
        await page.get_by_label("Name", exact=True).fill(name)
        await page.get_by_label("Username").fill(self.username)
        await page.get_by_label("Password").fill(PASSWORD)
        for box in await page.get_by_role("checkbox").all():
            await box.check()
        await page.get_by_label("Keep me signed in").set_checked(stays)
        await page.get_by_role("button", name="Create account").click()

    async def keep_key(self) -> None:
        page = self.page
        key = await page.get_by_test_id("recovery-key").inner_text()
        await page.get_by_label("The last four characters").fill(key[-4:])
        await page.get_by_role("button", name="Continue").click()

    async def sign_in(self, username: str) -> None:
        await self.go()
        await self.fill_in_session(username)
        await self.arrives()

    async def fill_in_session(self, username: str, password: str = PASSWORD) -> None:
        """By the form to sign in that is there."""
        page = self.page
        self.username = username
        await page.get_by_label("Username").fill(username)
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Sign in", exact=True).click()

    async def sign_out(self) -> None:
        """Ask for it. With something unsent it is not done yet."""
        await self.page.get_by_role("button", name="Your account").click()
        await self.page.get_by_role("menuitem", name="Sign out").click()

    async def is_out(self) -> None:
        """Wait until this browser shows where one signs in."""
        await expect(self.page.get_by_role("heading", name="Sign in to Dialog")).to_be_visible()

    async def arrives(self) -> None:
        await expect(self.page.get_by_role("heading", name="Chats")).to_be_visible()

    # --- chats

    def row(self, title: str) -> Locator:
        """A chat in the list."""
        return self.page.get_by_role("complementary").get_by_role("link").filter(has_text=title)

    async def open(self, title: str) -> None:
        await self.row(title).click()
        await expect(self.page.get_by_role("main").get_by_role("heading", name=title)).to_be_visible()

    async def begin_with(self, username: str) -> None:
        """Open the direct chat with somebody, by their username."""
        page = self.page
        await page.get_by_role("button", name="New chat").first.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Username").fill(username)
        await dialog.get_by_role("button", name="Add", exact=True).click()
        await dialog.get_by_role("button", name="Open chat").click()
        await expect(dialog).to_be_hidden()

    # --- messages

    @property
    def composer(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        return self.page.get_by_role("log").get_by_role("article").filter(has_text=text)

    async def sees(self, *texts: str) -> None:
        for text in texts:
            await expect(self.message(text)).to_be_visible()

    async def scroll_to(self, text: str, by: int = -400) -> None:
        """Wheel until a message is in sight, by so many pixels at a time: back, or forth where that is positive."""
        await self.page.get_by_role("log").hover()
        async with asyncio.timeout(PATIENCE):
            while not await self.message(text).evaluate_all(IN_SIGHT):
                await self.page.mouse.wheel(0, by)
                await self.page.wait_for_timeout(50)

    async def act(self, text: str, action: str) -> None:
        """Choose something from the menu of a message."""
        await self.message(text).click(button="right", position={"x": 40, "y": 14})
        await self.page.get_by_role("menuitem", name=action).click()


async def refuse_for_rate(page: Page, command: str, *, seconds: float) -> None:
    """The page is told once that it gives this command too often."""
    refused = {"reason": "rate_limited", "status": "rate_limited", "retry_after": seconds}
    await page.route(f"**/api/{command}", lambda route: route.fulfill(status=429, json={"refused": refused}), times=1)


class Visitors:
    """Makes visitors to `suite`, and notes whatever goes wrong in their browsers."""

    def __init__(self, suite: Suite, browser: Browser, people: People) -> None:
        self.url = suite.url("gateway")
        self.people = people
        self.problems: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def new(self, *, url: str = "", **options: Any) -> Visitor:
        """Somebody with an empty browser. `options` are those of Playwright's contexts."""
        context = await self._browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
        self._contexts.append(context)
        return await self.tab(context, url)

    async def tab(self, context: BrowserContext, url: str = "") -> Visitor:
        """Another page of a browser."""
        page = await context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.problems.append(f"{error}"))
        await page.add_init_script(WATCH)
        return Visitor(page, url or self.url)

    def _note(self, message: ConsoleMessage) -> None:
        # That a page was answered with 4xx is the business of the test.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    async def leave(self) -> None:
        for context in self._contexts:
            await context.close()
