"""Everything by the keyboard alone: no pointer touches the page."""

import secrets

from playwright.async_api import Locator, expect

from dialog.client import Client
from dialog.protocol.accounts import FindUser
from dialog.protocol.people import RequestFriend
from tests.browser.visitors import Visitor, Visitors
from tests.people import PASSWORD, befriend, direct, group, me, sees, username

STOPS = 60
"""So many tab stops a screen has at most."""


class Typist:
    """Somebody who has no mouse."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def write(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def to(self, target: Locator, key: str = "Tab") -> None:
        """Go on with Tab, or another key, until it has the focus."""
        await expect(target).to_be_visible()
        for _ in range(STOPS):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.press(key)
        raise AssertionError(f"{target} cannot be reached with {key}")

    async def press_for(self, key: str, target: Locator) -> None:
        """Press a key that moves the focus there."""
        await self.press(key)
        await expect(target).to_be_focused()

    async def fill(self, label: str, text: str) -> None:
        await self.to(self.page.get_by_label(label, exact=True))
        await self.write(text)

    async def push(self, name: str) -> None:
        await self.to(self.page.get_by_role("button", name=name, exact=True))
        await self.press("Enter")

    async def command(self, text: str) -> None:
        """Choose the first of what the switcher finds."""
        field = await self.switcher()
        await self.write(text)
        await expect(self.page.get_by_role("option", name=text).first).to_have_attribute("aria-selected", "true")
        await self.press("Enter")
        await expect(field).to_be_hidden()

    async def switcher(self) -> Locator:
        """Open it. Returns the line to write in."""
        await self.press("Control+k")
        field = self.page.get_by_role("combobox", name="Find a person")
        await expect(field).to_be_focused()
        return field

    async def to_message(self, text: str) -> None:
        """Focus a message."""
        await self.visitor.sees(text)
        await self.to_log()
        await self.press("End")
        await expect(self.page.get_by_role("log").get_by_role("article").last).to_be_focused()
        await self.to(self.visitor.message(text), "ArrowUp")

    async def to_log(self) -> None:
        """Go from part to part of the screen until the focus is on a message."""
        for _ in range(STOPS):
            if await self.page.evaluate("document.activeElement.matches('[role=log] article')"):
                return
            await self.press("F6")
        raise AssertionError("no message can be reached")


async def _register(typist: Typist, name: str) -> None:
    page = typist.page
    name_used = f"{name.lower()}.{secrets.token_hex(4)}"
    typist.visitor.username = name_used
    await typist.visitor.go()
    await typist.to(page.get_by_role("link", name="Create an account"))
    await typist.press("Enter")
    await typist.fill("Name", name)
    await typist.fill("Username", name_used)
    await typist.fill("Password", PASSWORD)
    for box in await page.get_by_role("checkbox").all():
        if not await box.is_checked():
            await typist.to(box)
            await typist.press("Space")
    await typist.push("Create account")
    key = await page.get_by_test_id("recovery-key").inner_text()
    await typist.fill("The last four characters, so that we know you have it", key[-4:])
    await typist.push("Continue")
    await typist.visitor.arrives()


async def _accept(typist: Typist, asker: Client) -> None:
    """Let somebody be a friend who asks for it, where one's friends are shown."""
    page = typist.page
    user_id = (await asker.call(FindUser(username=typist.visitor.username))).user.id
    await asker.call(RequestFriend(user_id=user_id))
    await typist.to(page.get_by_role("tab", name="Friends"))
    await typist.press_for("ArrowRight", page.get_by_role("tab", name="Requests"))
    await typist.push("Accept")
    await asker.wait_for(lambda: asker.state.affairs.relations[user_id].state == "friend")
    await expect(page.get_by_role("button", name="Accept")).to_be_hidden()


async def test_register_befriend_chat_react_edit_search_settings(visitors: Visitors) -> None:
    [ben, cleo] = await visitors.people.join("ben", "cleo")
    typist = Typist(await visitors.new())
    page, visitor = typist.page, typist.visitor
    await _register(typist, "Anna")

    await typist.command("Friends")
    await typist.fill("Add by username", username(ben))
    await typist.press("Enter")
    await expect(page.get_by_text("Request sent to Ben")).to_be_visible()
    await _accept(typist, cleo)

    await typist.command("New chat")
    await typist.fill("Username", username(ben))
    await typist.press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("Ben", exact=True)).to_be_visible()
    await typist.push("Open chat")
    await expect(visitor.composer).to_be_focused()
    await typist.write("hello Ben")
    await typist.press("Enter")
    await typist.write("tea at fuor?")
    await typist.press("Enter")
    await visitor.sees("hello Ben", "tea at fuor?")

    await typist.to_message("hello Ben")
    await typist.press("Shift+R")
    await expect(page.get_by_role("combobox", name="Find an emoji")).to_be_focused()
    await typist.write("thumbs up")
    await expect(page.get_by_role("option", name="thumbs up").first).to_be_visible()
    await typist.press("Enter")
    await expect(visitor.message("hello Ben").get_by_role("button", name="👍, 1 person")).to_be_visible()

    await typist.to_message("tea at fuor?")
    await typist.press("e")
    await expect(visitor.composer).to_have_value("tea at fuor?")
    await typist.press("Control+a")
    await typist.write("tea at four?")
    await typist.press("Enter")
    await expect(visitor.message("tea at four?")).to_contain_text("edited")
    await typist.to_message("tea at four?")
    await typist.press_for("r", visitor.composer)
    await typist.write("or five")
    await typist.press("Enter")
    await expect(visitor.message("or five")).to_contain_text("tea at four?")

    await typist.press_for("Control+f", page.get_by_role("searchbox", name="Search in this chat"))
    await typist.write("hello")
    await expect(page.get_by_text("1 message", exact=True)).to_be_visible()
    await typist.press("ArrowDown", "Enter")
    await typist.press("Escape")
    await expect(page.get_by_role("region", name="Search")).to_be_hidden()

    await typist.press("Control+,")
    await expect(page.get_by_role("heading", name="Settings")).to_be_focused()
    await typist.to(page.get_by_label("Density"))
    await typist.press("ArrowDown")
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")


async def test_the_switcher(visitors: Visitors) -> None:
    [anna, ben, cleo] = await visitors.people.join("anna", "ben", "cleo")
    await direct(anna, ben)
    await group(anna, cleo, title="Café chöir")
    typist = Typist(await visitors.new())
    page = typist.page
    await typist.visitor.sign_in(username(anna))
    await expect(typist.visitor.row("Café chöir")).to_be_visible()

    await typist.switcher()
    options = page.get_by_role("option")
    await expect(page.get_by_role("group", name="People").get_by_role("option")).to_have_count(1)
    await expect(page.get_by_role("group", name="Groups").get_by_role("option")).to_have_count(1)
    await typist.write("cho")
    await expect(options).to_have_count(1)
    await typist.press("Enter")
    await expect(page.get_by_role("main").get_by_role("heading", name="Café chöir")).to_be_visible()

    await typist.switcher()
    await typist.write(f"@{me(ben).username}")
    await expect(options).to_have_count(1)
    await typist.press("Enter")
    await expect(page.get_by_role("main").get_by_role("heading", name="Ben")).to_be_visible()

    await typist.switcher()
    await typist.write("nobody is called that")
    await expect(options).to_have_count(0)
    await expect(page.get_by_role("status").filter(has_text="Nothing was found")).to_be_visible()
    await typist.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_from_chat_to_chat(visitors: Visitors) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    for title in ("One", "Two", "Three"):
        chat = await group(anna, ben, title=title)
        await ben.send(chat.id, f"in {title}")
        await sees(anna, chat.id, f"in {title}")
        if title == "Two":
            await anna.read(chat.id)
    typist = Typist(await visitors.new())
    heading = typist.page.get_by_role("main").get_by_role("heading")
    await typist.visitor.sign_in(username(anna))
    await expect(typist.visitor.row("One").get_by_label("1 unread message")).to_be_visible()
    await typist.press("Alt+ArrowDown")
    await expect(heading).to_have_text("Three")
    await expect(typist.visitor.row("Three").get_by_label("1 unread message")).to_be_hidden()
    await typist.press("Alt+Shift+ArrowDown")
    await expect(heading).to_have_text("One")
    await typist.press("Alt+ArrowUp")
    await expect(heading).to_have_text("Two")
    await typist.press("Alt+Shift+ArrowUp")
    await expect(heading).to_have_text("Two")


async def test_a_list_is_left_with_the_next_tab(visitors: Visitors) -> None:
    """Of a list only one row is on the way of the Tab key; the arrows choose which."""
    [anna, *others] = await visitors.people.join("anna", "ben", "cleo", "dan")
    await befriend(anna, *others)
    typist = Typist(await visitors.new())
    page = typist.page
    await typist.visitor.sign_in(username(anna))
    await typist.command("Friends")
    friends = page.get_by_role("tabpanel")
    button = friends.get_by_role("button")
    await typist.to(button.and_(page.get_by_label("Profile of Ben")))
    await typist.press_for("ArrowDown", page.get_by_label("Profile of Cleo"))
    await typist.press_for("End", page.get_by_label("Profile of Dan"))
    await typist.press_for("Tab", page.get_by_label("Message Dan"))
    await typist.press_for("ArrowUp", page.get_by_label("Message Cleo"))
    await typist.press_for("Shift+Tab", page.get_by_label("Profile of Cleo"))
    await typist.press("Tab", "Tab", "Tab")
    assert not await friends.evaluate("list => list.contains(document.activeElement)")
    await typist.press_for("Shift+Tab", page.get_by_role("button", name="More about Cleo"))
    await typist.press("Enter")
    await expect(page.get_by_role("menu")).to_be_visible()
    await typist.press_for("ArrowDown", page.get_by_role("menuitem", name="Block"))
    await typist.press_for("Escape", page.get_by_role("button", name="More about Cleo"))


async def test_the_chats_are_one_stop(visitors: Visitors) -> None:
    """Also those that are far out of sight, and are no elements until one comes there."""
    [anna, ben] = await visitors.people.join("anna", "ben")
    for number in range(60):
        await group(anna, ben, title=f"Chat {number:02}")
    typist = Typist(await visitors.new())
    page, visitor = typist.page, typist.visitor
    await visitor.sign_in(username(anna))
    await expect(visitor.row("Chat 59")).to_be_visible()
    rows = page.locator("aside ul")
    before = page.get_by_role("tab", name="All")
    await typist.to(before)
    await typist.press_for("Tab", visitor.row("Chat 59"))
    await typist.press("Tab")
    assert not await rows.evaluate("list => list.contains(document.activeElement)")
    await typist.press_for("Shift+Tab", visitor.row("Chat 59"))
    await typist.press_for("ArrowDown", visitor.row("Chat 58"))
    await typist.press_for("End", visitor.row("Chat 00"))
    await expect(visitor.row("Chat 00")).to_be_in_viewport()
    await typist.press_for("ArrowDown", visitor.row("Chat 00"))
    await typist.press_for("ArrowUp", visitor.row("Chat 01"))
    await page.locator("aside ul").hover()
    await page.mouse.wheel(0, -10_000)
    await expect(visitor.row("Chat 59")).to_be_in_viewport()
    await typist.press_for("Shift+Tab", before)
    await typist.press_for("Tab", visitor.row("Chat 01"))
    await typist.press("Enter")
    await expect(page.get_by_role("main").get_by_role("heading", name="Chat 01")).to_be_visible()
    await typist.press("Alt+ArrowDown")
    await expect(page.get_by_role("main").get_by_role("heading", name="Chat 00")).to_be_visible()
    await typist.to(before, "Shift+Tab")
    await typist.press_for("Tab", visitor.row("Chat 00"))


async def test_the_sheet_names_every_key(visitors: Visitors) -> None:
    typist = Typist(await visitors.new())
    await typist.visitor.register("Anna")
    await typist.press("Control+/")
    sheet = typist.page.get_by_role("dialog", name="Keyboard shortcuts")
    for keys in ("Ctrl+K", "Ctrl+F", "Alt+Shift+↓", "F6", "Ctrl+,", "Shift+R", "PgUp", "Esc"):
        await expect(sheet.get_by_text(keys, exact=True).first).to_be_visible()
    await typist.press("Escape")
    await expect(sheet).to_be_hidden()


async def test_letters_can_be_turned_off(visitors: Visitors) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    chat = await direct(anna, ben)
    await ben.send(chat.id, "hello")
    typist = Typist(await visitors.new())
    page, visitor = typist.page, typist.visitor
    await visitor.sign_in(username(anna))
    await expect(visitor.row("Ben")).to_be_visible()
    await typist.press("Control+,")
    await typist.to(page.get_by_label("Single letters act"))
    await typist.press("Space")
    await typist.press("Alt+ArrowDown")
    await typist.to_message("hello")
    await typist.press("r")
    await expect(page.get_by_text("Reply to Ben")).to_be_hidden()
    await expect(visitor.message("hello")).to_be_focused()
    await typist.press("Enter")
    await expect(page.get_by_role("menu")).to_be_visible()
    await typist.press("Escape")
    await expect(visitor.message("hello")).to_be_focused()


async def test_escape_and_the_parts_of_the_screen(visitors: Visitors) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    chat = await direct(anna, ben)
    for number in range(60):
        await ben.send(chat.id, f"line {number}")
    await anna.wait_for(lambda: anna.state.chats[chat.id].mine.unread == 60)
    await anna.read(chat.id)
    typist = Typist(await visitors.new())
    page, visitor = typist.page, typist.visitor
    await visitor.sign_in(username(anna))
    await expect(visitor.row("Ben")).to_be_visible()
    await typist.command("Ben")
    await visitor.sees("line 59")
    await typist.to_message("line 59")
    await typist.press("PageUp", "PageUp")
    await expect(visitor.message("line 59")).not_to_be_in_viewport()
    assert await page.evaluate("document.activeElement.localName") == "article"

    focused = "document.activeElement.closest('nav, aside, [role=log], [data-region]')?.localName"
    seen: list[str] = []
    for _ in range(4):
        await typist.press("F6")
        seen.append(await page.evaluate(focused))
    assert seen == ["footer", "nav", "aside", "div"]

    await typist.press("r")
    await expect(page.get_by_text("Reply to Ben")).to_be_visible()
    await typist.press("Control+f")
    panel = page.get_by_role("region", name="Search")
    await expect(panel.get_by_role("searchbox")).to_be_focused()
    await typist.to_log()
    await typist.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_text("Reply to Ben")).to_be_visible()
    await typist.press("Escape")
    await expect(page.get_by_text("Reply to Ben")).to_be_hidden()
    await typist.press("Escape")
    await expect(visitor.message("line 59")).to_be_in_viewport()
