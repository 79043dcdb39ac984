"""Every screen of the app and how one comes there: what is looked at, measured and held to the rules of `test_screens`.

A new screen is one more row of a table. Its steps name what is on the screen by the ids of the catalogues, so that they
can be gone in any language.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from playwright.async_api import Locator, Page, expect

from tests.browser.visitors import Visitor, Visitors, refuse_for_rate
from tests.browser.words import Words
from tests.faults.proxy import FaultProxy
from tests.people import PASSWORD

OPEN = "document.querySelector(':modal, :popover-open, [data-region=panel], [data-region=selection]') !== null"
AT_REST = """async () => {
    const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await document.fonts.ready;
    await frames();
    const moving = document.getAnimations().filter(one => Number.isFinite(one.effect.getComputedTiming().endTime));
    await Promise.race([
        Promise.allSettled(moving.map(one => one.finished)),
        new Promise(late => setTimeout(late, 2000)),
    ]);
    await frames();
}"""
LAYERS = 4
"""So many lie one over the other at most."""

VERSIONS = """(() => {
    if (!navigator.serviceWorker) return;
    const worker = () => Object.assign(new EventTarget(), { postMessage() {} });
    const found = Object.assign(new EventTarget(), { active: worker(), waiting: null, async update() {} });
    navigator.serviceWorker.register = async () => found;
    window.bringVersion = waits => {
        found.installing = worker();
        found.waiting = waits ? found.installing : null;
        found.dispatchEvent(new Event('updatefound'));
        found.installing.dispatchEvent(new Event('statechange'));
    };
})()"""
"""In place of the service worker: a newer version of the app is there as soon as the page is told so."""


class Tour:
    """Somebody who goes from screen to screen in one language. `places` is what stands in braces in the tables."""

    def __init__(self, visitor: Visitor, words: Words, places: Mapping[str, str], cable: FaultProxy) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.words = words
        self.places = places
        self.cable = cable
        """The visitor's way to the suite."""

    @classmethod
    async def begin(
        cls, visitors: Visitors, words: Words, places: Mapping[str, str], cable: FaultProxy, **options: Any
    ) -> Self:
        """With an empty browser. `options` are those of Playwright's contexts."""
        visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}", **options)
        await visitor.page.add_init_script(VERSIONS)
        visitor.page.on("dialog", lambda dialog: dialog.accept())  # it leaves a recovery key that nobody has kept
        return cls(visitor, words, places, cable)

    def find(self, role: str, word: str, **values: str) -> Locator:
        """Something by its role and its name."""
        return self.page.get_by_role(role, name=self.words(word, **values), exact=True).locator("visible=true").first

    async def sign_in(self, name: str) -> None:
        await self.visitor.go()
        await self.page.locator("input[name=username]").fill(name)
        await self.page.locator("input[name=password]").fill(PASSWORD)
        await self.page.locator("input[name=password]").press("Enter")
        await expect(self.page.locator("aside h1")).to_be_visible()

    async def screens(self, screens: "tuple[Screen, ...]") -> AsyncIterator[str]:
        """Come to each, and tell its name."""
        for screen in screens:
            try:
                await self._come(screen)
            except Exception as error:
                error.add_note(f"on the way to the screen {screen.name}")
                raise
            yield screen.name

    async def _come(self, screen: "Screen") -> None:
        await self._clear()
        await self._go(screen.path.format(**self.places))
        for step in screen.steps:
            await step(self)
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing moves."""
        await self.page.evaluate(AT_REST)

    async def _clear(self) -> None:
        """Close what lies over the screen, and leave nothing that is half written or out of order."""
        if self.cable.refusing:
            self.cable.heal()
            await expect(self.page.get_by_text(self.words("connection.offline"))).to_be_hidden()
        await self.page.evaluate("window.bringVersion?.(false)")
        for _ in range(LAYERS):
            if not await self.page.evaluate(OPEN):
                break
            await self.page.keyboard.press("Escape")
            await self.rest()
        assert not await self.page.evaluate(OPEN), "Escape closes nothing"
        box = self.page.locator("footer textarea")
        if await box.count():
            await box.fill("")
            await box.press("Escape")

    async def _go(self, path: str) -> None:
        """As by a link: what was loaded stays."""
        if self.page.url == "about:blank":
            await self.visitor.go(path)
        move = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
        await self.page.evaluate(move, path)


Step = Callable[[Tour], Awaitable[None]]


@dataclass(frozen=True)
class Screen:
    """What is seen at an address after some steps."""

    name: str
    path: str
    steps: tuple[Step, ...] = ()


def screen(name: str, path: str, *steps: Step) -> Screen:
    return Screen(name, path, steps)


# --- steps


def click(role: str, word: str, **values: str) -> Step:
    return lambda tour: tour.find(role, word, **values).click()


def button(word: str, **values: str) -> Step:
    return click("button", word, **values)


def item(word: str, **values: str) -> Step:
    return click("menuitem", word, **values)


def tab(word: str) -> Step:
    return lambda tour: tour.page.get_by_role("tab").filter(has_text=tour.words(word)).click()


def fold(word: str) -> Step:
    """Open what is folded under these words, and bring it into sight."""
    return lambda tour: _fold(tour, tour.page.locator("summary", has_text=tour.words(word)))


async def _fold(tour: Tour, summary: Locator) -> None:
    await summary.click()
    await tour.rest()
    await summary.evaluate("summary => summary.scrollIntoView()")


def keys(*pressed: str) -> Step:
    async def step(tour: Tour) -> None:
        for key in pressed:
            await tour.page.keyboard.press(key)

    return step


def write(text: str) -> Step:
    """Type where the focus is, once it is in a line to write in."""
    return lambda tour: _write(tour, text)


async def _write(tour: Tour, text: str) -> None:
    await expect(tour.page.locator("input:focus, textarea:focus")).to_be_visible()
    await tour.page.keyboard.type(text)


def fill(field: str, text: str) -> Step:
    """Write into the field of this name."""
    return lambda tour: tour.page.locator(f"input[name={field}]:visible").fill(text.format(**tour.places))


async def tick_all(tour: Tour) -> None:
    for box in await tour.page.get_by_role("checkbox").all():
        await box.check()


def say(text: str) -> Step:
    return lambda tour: _say(tour, text)


async def _say(tour: Tour, text: str) -> None:
    await tour.page.locator("footer textarea").fill(text)
    await tour.page.locator("footer button").last.click()  # Enter may begin a line


def compose(text: str) -> Step:
    return lambda tour: tour.page.locator("footer textarea").press_sequentially(text)


def menu_of(text: str) -> Step:
    """What can be done with a message."""
    return lambda tour: _menu_of(tour, text)


async def _menu_of(tour: Tour, text: str) -> None:
    await tour.page.get_by_role("article").filter(has_text=text).last.click(button="right", position={"x": 60, "y": 14})
    await expect(tour.page.get_by_role("menu")).to_be_visible()


def sees(role: str, word: str | None = None, **values: str) -> Step:
    """Wait for something of this role, by its name if it has one."""

    async def step(tour: Tour) -> None:
        found = tour.find(role, word, **values) if word else tour.page.get_by_role(role).first
        await expect(found).to_be_visible()

    return step


def gone(role: str, word: str) -> Step:
    return lambda tour: expect(tour.find(role, word)).to_be_hidden()


def reads_word(word: str) -> Step:
    """Wait for what the app says."""
    return lambda tour: expect(tour.page.get_by_text(tour.words(word)).locator("visible=true").first).to_be_visible()


def reads(text: str) -> Step:
    """Wait for what somebody wrote."""
    return lambda tour: expect(tour.page.get_by_text(text).locator("visible=true").first).to_be_visible()


async def lose_connection(tour: Tour) -> None:
    tour.cable.cut()
    await expect(tour.page.get_by_text(tour.words("connection.offline"))).to_be_visible()


async def find_version(tour: Tour) -> None:
    await tour.page.evaluate("bringVersion(true)")
    await expect(tour.page.get_by_text(tour.words("update.ready"))).to_be_visible()


def says(text: str) -> Step:
    """Wait for a message."""
    return lambda tour: expect(tour.page.get_by_role("article").filter(has_text=text).last).to_be_visible()


def scroll_to(word: str) -> Step:
    """Bring a part of the page into sight."""
    return lambda tour: tour.find("region", word).evaluate("part => part.scrollIntoView()")


# --- the tables

ENTRANCE = (
    screen("sign-in", "/", sees("button", "sign_in.submit")),
    screen(
        "sign-in-refused",
        "/sign-in",
        fill("username", "nobody.at.all"),
        fill("password", "not this one"),
        button("sign_in.submit"),
        sees("alert"),
    ),
    screen(
        "sign-in-wait",
        "/sign-in",
        lambda tour: refuse_for_rate(tour.page, "session.open", seconds=3000),
        fill("username", "nobody.at.all"),
        fill("password", "not this one"),
        button("sign_in.submit"),
        lambda tour: expect(tour.page.get_by_test_id("wait")).to_be_visible(),
    ),
    screen("register", "/register", sees("button", "register.submit")),
    screen("register-free", "/register", fill("username", "{newcomer}"), reads_word("register.username_free")),
    screen("register-taken", "/register", fill("username", "{ana_name}"), reads_word("refused.username_taken")),
    screen("recover", "/recover", sees("button", "recover.submit")),
    screen("privacy", "/privacy", sees("heading", "privacy.title")),
    screen(
        "recovery-key",
        "/register",
        fill("name", "Nora"),
        fill("username", "{newcomer}"),
        fill("password", PASSWORD),
        tick_all,
        button("register.submit"),
        sees("button", "key.done"),
    ),
)
"""Of those who are not signed in."""


async def _to_quoted(tour: Tour) -> None:
    await tour.page.get_by_role("article").filter(has_text="as I said").get_by_role("button").first.click()


async def _to_reactors(tour: Tour) -> None:
    await tour.page.get_by_role("log").locator("button[aria-pressed]").first.click(button="right")


def _finds(text: str) -> Step:
    """Wait for a message among what was found."""
    return lambda tour: expect(tour.page.locator("[data-region=panel] li").filter(has_text=text)).to_be_visible()


_TEAM = "five different"


async def _to_group(tour: Tour) -> None:
    """By the name of the chat, which leads there at any width."""
    await tour.page.locator("main header h2 button").click()


async def _to_scheduled(tour: Tour) -> None:
    """By the line above where one writes."""
    await tour.page.locator("main section [aria-live] > button").click()


_GROUP = (_to_group, sees("region", "panel.group"), reads("Jonas Bauer"))
_MINE = "rolled back"
_EDIT = (menu_of("See you"), item("message.edit"))
UNSEEN = "\u2800"
"""In a message it is refused."""

SCREENS = (
    screen("warning", "/", sees("button", "warning.dismiss")),
    screen("list", "/", button("warning.dismiss"), gone("button", "warning.dismiss"), reads("Design team")),
    screen("account", "/", button("nav.account"), sees("menu")),
    screen("new-chat", "/", button("list.new"), sees("dialog", "new.title")),
    screen("new-group", "/", button("list.new"), fill("username", "{ana_name}"), button("new.add"), reads("@ana.")),
    screen("switcher", "/", keys("Control+k"), sees("dialog", "shortcut.switch")),
    screen("switcher-nothing", "/", keys("Control+k"), sees("combobox"), write("nobody"), sees("dialog")),
    screen("shortcuts", "/", keys("Control+/"), sees("dialog", "shortcut.title")),
    screen(
        "search-all", "/", button("search.all"), write("radius"), sees("region", "panel.search"), reads("I count five")
    ),
    screen("conversation", "{team}", says("the grid finally holds")),
    screen("direct", "{jonas}", says("settings.toml")),
    screen("unread", "{long}", reads("no. 151:")),
    screen("jump", "{long}", keys("Escape"), _to_quoted, reads("no. 5:"), sees("button", "chat.back")),
    screen("go-to-date", "{long}", button("chat.actions"), item("chat.go_to_date"), sees("dialog", "chat.go_to_date")),
    screen("menu", "{team}", menu_of(_TEAM)),
    screen("selection", "{team}", menu_of(_TEAM), item("message.select"), sees("toolbar", "selection.title")),
    screen("reply", "{team}", menu_of(_TEAM), item("message.reply"), write("Two lines")),
    screen("edit", "{ops}", menu_of(_MINE), item("message.edit")),
    screen("delete", "{ops}", menu_of(_MINE), item("message.delete"), sees("dialog", "message.delete_title")),
    screen("forward", "{team}", menu_of(_TEAM), item("message.forward"), sees("dialog", "message.forward")),
    screen("edits", "{team}", menu_of("border-radius"), item("message.edits"), reads("16px")),
    screen("reaction", "{team}", menu_of(_TEAM), item("message.react_more"), sees("option")),
    screen("reactors", "{team}", says(_TEAM), _to_reactors, sees("menu")),
    screen("emoji", "{team}", button("emoji.title"), sees("option")),
    screen("emoji-tone", "{team}", button("emoji.title"), sees("option"), button("emoji.no_tone")),
    screen("mention", "{team}", compose("could you, @"), sees("option")),
    screen("emoji-names", "{team}", compose(":smi"), sees("option")),
    screen("too-long", "{team}", lambda tour: tour.page.locator("footer textarea").fill("so " * 2_700), sees("status")),
    screen("chat-menu", "{ops}", button("chat.actions"), sees("menu")),
    screen("send-later", "{jonas}", compose("Lunch?"), button("later.schedule"), sees("dialog", "later.title")),
    screen(
        "scheduled",
        "{jonas}",
        compose("Lunch, and then we look at it?"),
        button("later.schedule"),
        sees("dialog", "later.title"),
        lambda tour: tour.page.locator("dialog [type=submit]").click(),
        _to_scheduled,
        sees("region", "panel.scheduled"),
        reads("and then we look"),
    ),
    screen(
        "disappearing",
        "{jonas}",
        button("chat.actions"),
        item("disappearing.title"),
        sees("dialog", "disappearing.title"),
    ),
    screen("clear", "{ops}", button("chat.actions"), item("chat.clear"), sees("dialog", "chat.clear")),
    screen("pins", "{team}", button("chat.actions"), item("panel.pins"), sees("region", "panel.pins"), reads("Noted")),
    screen("no-pins", "{ops}", button("chat.actions"), item("panel.pins"), sees("region", "panel.pins")),
    screen("search", "{ops}", button("search.chat"), write("gateway"), _finds("is green")),
    screen("search-refused", "{ops}", button("search.chat"), write("has:wings"), sees("alert")),
    screen("group", "{ops}", *_GROUP),
    screen("group-edit", "{ops}", *_GROUP, button("message.edit")),
    screen("group-permissions", "{ops}", *_GROUP, fold("group.permissions")),
    screen("group-invites", "{ops}", *_GROUP, fold("group.invites"), sees("button", "group.revoke")),
    screen("group-requests", "{ops}", *_GROUP, fold("group.requests"), sees("button", "group.approve")),
    screen("group-bans", "{ops}", *_GROUP, fold("group.bans"), sees("button", "group.unban")),
    screen("member", "{ops}", *_GROUP, button("group.member_actions", name="Jonas Bauer"), sees("menu")),
    screen("leave", "{ops}", *_GROUP, button("group.leave"), sees("dialog", "group.leave")),
    screen("delete-group", "{ops}", *_GROUP, button("group.delete"), sees("dialog", "group.delete")),
    screen("profile", "/friends", button("person.profile", name="Ola Nordmann"), reads("coffee")),
    screen(
        "report",
        "/friends",
        button("person.profile", name="Ola Nordmann"),
        button("report.report"),
        sees("dialog", "report.title", name="Ola Nordmann"),
    ),
    screen(
        "block",
        "/friends",
        button("person.profile", name="Ola Nordmann"),
        button("person.block"),
        sees("dialog", "person.block_title", name="Ola Nordmann"),
    ),
    screen("friends", "/friends", sees("tab"), reads("on a train")),
    screen("friend", "/friends", button("person.actions", name="Ola Nordmann"), sees("menu")),
    screen("requests", "/friends", tab("friends.tab_requests"), sees("button", "person.accept")),
    screen("blocked", "/friends", tab("friends.tab_blocked"), sees("button", "person.unblock")),
    screen("settings", "/settings", reads("Chrome on Linux")),
    screen("settings-privacy", "/settings", reads("Chrome on Linux"), scroll_to("settings.privacy")),
    screen(
        "password",
        "/settings",
        fill("current-password", "not this one"),
        fill("new-password", "eight green teapots whistle"),
        button("settings.password_change"),
        sees("alert"),
        scroll_to("settings.password"),
    ),
    screen("settings-end", "/settings", reads("Chrome on Linux"), scroll_to("settings.keyboard")),
    screen("settings-about", "/settings", reads("Chrome on Linux"), scroll_to("settings.about")),
    screen("own-card", "/settings", button("settings.card"), sees("dialog")),
    screen("join", "/join/{token}", sees("button", "join.join")),
    screen("join-refused", "/join/none", sees("dialog", "join.title"), sees("alert")),
    screen("join-malformed", "/join/not.one", sees("dialog", "join.title"), reads_word("join.malformed")),
    screen("no-chat", "/c/1", sees("button", "back")),
    screen("update", "{team}", says("the grid finally holds"), find_version),
    screen("offline", "{team}", says("the grid finally holds"), lose_connection),
    screen("offline-list", "/", lose_connection),
    screen(
        "offline-pins", "{team}", lose_connection, button("chat.actions"), item("panel.pins"), sees("button", "retry")
    ),
    screen("offline-search", "{team}", lose_connection, button("search.chat"), write("grid"), _finds("finally holds")),
    # What waits for a decision stays where it is.
    screen("not-sent", "{hal}", say("Are you there?"), sees("button", "message.retry")),
    screen(
        "edit-refused", "{ana}", menu_of("See you"), item("message.edit"), say(UNSEEN), sees("region", "edit.unsaved")
    ),
)
"""Of those who are."""

FIRST_RUN = (
    screen("first-run", "/", sees("button", "friends.none_do")),
    screen("no-friends", "/friends", tab("friends.tab_friends"), reads_word("friends.none")),
    screen("no-requests", "/friends", tab("friends.tab_requests"), reads_word("friends.no_requests")),
    screen("no-blocked", "/friends", tab("friends.tab_blocked"), reads_word("friends.no_blocked")),
)
"""Of those who have just come."""
