"""What one writes with: mentions, emoji, links, drafts and edits, and what is too long."""

import asyncio

from playwright.async_api import Locator, Route, expect

from dialog.client import Client
from dialog.protocol.chats import EditMember
from dialog.protocol.messages import Message
from dialog.protocol.preferences import SetDraft
from dialog.protocol.roles import Role
from tests.browser.bad_line import BadLine
from tests.browser.visitors import Visitor, Visitors
from tests.patience import PATIENCE
from tests.people import direct, group, me, username

PASTE = """(box, text) => {
    const pasted = new DataTransfer();
    pasted.setData('text/plain', text);
    box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: pasted, bubbles: true, cancelable: true}));
}"""


async def _visitor(visitors: Visitors, person: Client, title: str) -> Visitor:
    visitor = await visitors.new()
    await visitor.sign_in(username(person))
    await visitor.open(title)
    return visitor


def _picker(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Emoji")


def _last(person: Client, chat_id: int) -> Message:
    """What was said last, as they know it."""
    messages = person.state.chats[chat_id].messages
    return messages[max(messages)]


def _draft(person: Client, chat_id: int) -> str:
    prefs = person.state.chats[chat_id].mine.prefs
    return prefs.draft if prefs else ""


async def test_mentioning_somebody(visitors: Visitors) -> None:
    """Found by a few letters, called and shown by name, and still called when the message is edited."""
    [ada, ben, cleo] = await visitors.people.join("ada", "ben", "cleo")
    chat = await group(ada, ben, cleo, title="Choir")
    await direct(ada, ben)
    reader = await visitors.new()
    await reader.sign_in(username(ben))
    visitor = await _visitor(visitors, ada, "Choir")
    options = visitor.page.get_by_role("listbox", name="People in this chat").get_by_role("option")
    await visitor.composer.press_sequentially("hello @")
    await expect(options).to_have_count(3)  # two people, and everybody
    await visitor.composer.press_sequentially("be")
    await expect(options).to_have_count(1)
    await visitor.composer.press("Escape")
    await expect(options).to_have_count(0)
    await visitor.composer.press("Backspace")
    await expect(options).to_have_count(0)
    await visitor.composer.fill("hello ")
    await visitor.composer.press_sequentially("@b")
    await expect(options).to_have_count(1)
    await visitor.composer.press("Tab")
    await expect(visitor.composer).to_have_value(f"hello @{username(ben)} ")
    await visitor.composer.press("Enter")
    await expect(visitor.message("hello @Ben")).to_be_visible()
    await expect(reader.row("Choir").get_by_label("You were mentioned")).to_be_visible()
    await expect(reader.row("Choir")).to_contain_text("hello @Ben")

    await reader.open("Choir")
    await expect(reader.row("Choir").get_by_label("You were mentioned")).to_be_hidden()
    await visitor.message("hello @Ben").get_by_role("button", name="@Ben").click()
    await expect(visitor.page.get_by_role("dialog")).to_contain_text(username(ben))
    await visitor.page.keyboard.press("Escape")

    await visitor.composer.press("ArrowUp")
    await expect(visitor.composer).to_have_value(f"hello @{username(ben)} ")
    await visitor.say(f"@{username(ben)}, @{username(cleo)}. `@{username(ben)}` @nobody")
    await expect(visitor.message("@Ben, @Cleo.")).to_contain_text("edited")
    await expect(reader.message("@Ben, @Cleo.").locator("code")).to_have_text(f"@{username(ben)}")
    await ben.wait_for(lambda: _last(ben, chat.id).mentions == (me(ben).id, me(cleo).id))


async def test_calling_everybody(visitors: Visitors) -> None:
    """Admins of a group can; of others `@all` is a word."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await group(ada, ben, title="Choir")
    visitor = await _visitor(visitors, ben, "Choir")
    options = visitor.page.get_by_role("listbox", name="People in this chat").get_by_role("option")
    await visitor.composer.press_sequentially("@a")
    await expect(options).to_have_count(1)
    await visitor.say("@all listen")
    await expect(visitor.message("@all listen")).to_be_visible()
    await ada.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    await visitor.composer.press_sequentially("@al")
    await expect(options).to_contain_text("2 members")
    await visitor.composer.press("Enter")
    await visitor.composer.press_sequentially("tea")
    await visitor.composer.press("Enter")
    await expect(visitor.message("@everybody tea")).to_be_visible()
    await ada.wait_for(lambda: ada.state.chats[chat.id].mine.mentions == 1)


async def test_choosing_emoji(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await _visitor(visitors, ada, "Ben")
    page, picker = visitor.page, _picker(visitor)
    await visitor.composer.fill("so it is")
    await visitor.composer.press("Home")
    await page.get_by_role("button", name="Emoji", exact=True).click()
    await expect(picker.get_by_role("option", name="grinning face", exact=True)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await expect(picker.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", "10")  # of eight a row
    await picker.get_by_role("button", name="Flags").click()
    await expect(picker.get_by_role("option", name="chequered flag")).to_be_visible()
    await picker.get_by_role("combobox").fill("tada")
    await expect(picker.get_by_role("option", selected=True)).to_have_text("🎉")
    await page.keyboard.press("Enter")
    await expect(picker).to_be_hidden()
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.composer).to_have_value("🎉so it is")
    await page.keyboard.press("Control+z")
    await expect(visitor.composer).to_have_value("so it is")

    await page.get_by_role("button", name="Emoji", exact=True).click()
    await picker.get_by_role("button", name="No particular skin tone").click()
    await picker.get_by_role("button", name="Medium-dark skin tone").click()
    await picker.get_by_role("combobox").fill("waving hand")
    await page.keyboard.press("Enter")
    await expect(visitor.composer).to_have_value("👋🏾so it is")
    await visitor.composer.fill("")

    await page.reload()
    await page.get_by_role("button", name="Emoji", exact=True).click()
    await expect(picker.get_by_role("option").first).to_have_text("👋🏾")
    await expect(picker.get_by_role("option").nth(1)).to_have_text("🎉")
    await page.keyboard.press("Escape")
    await expect(picker).to_be_hidden()
    await expect(visitor.composer).to_be_visible()


async def test_typing_before_the_emoji_are_there(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await visitors.new(service_workers="block")  # else the emoji come from there
    await visitor.sign_in(username(ada))
    await visitor.open("Ben")
    asked, come = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await come.wait()
        await route.continue_()

    await visitor.page.route("**/assets/_emoji_*.js", hold)
    await visitor.page.get_by_role("button", name="Emoji", exact=True).click()
    await _picker(visitor).get_by_role("combobox").fill("trophy")
    await asyncio.wait_for(asked.wait(), PATIENCE)
    await visitor.page.keyboard.press("Enter")
    await expect(_picker(visitor)).to_be_visible()
    come.set()
    await expect(visitor.composer).to_have_value("🏆")
    await expect(_picker(visitor)).to_be_hidden()


async def test_emoji_by_their_names(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await _visitor(visitors, ada, "Ben")
    options = visitor.page.get_by_role("listbox", name="Emoji").get_by_role("option")
    await visitor.composer.press_sequentially("at 10:30 :tad")
    await expect(options.first).to_contain_text(":tada:")
    await visitor.composer.press("Enter")
    await expect(visitor.composer).to_have_value("at 10:30 🎉")
    await visitor.composer.fill("")
    await visitor.composer.press_sequentially(":heart:")
    await expect(visitor.composer).to_have_value("❤️")
    await visitor.composer.press("Enter")
    await expect(visitor.message("❤️").locator("[class*=jumbo]")).to_be_visible()


async def test_reacting_with_any_emoji(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    await ben.send(chat.id, "we won")
    visitor = await _visitor(visitors, ada, "Ben")
    await visitor.act("we won", "More emoji")
    await _picker(visitor).get_by_role("combobox").fill("trophy")
    await expect(_picker(visitor).get_by_role("option", name="trophy", selected=True)).to_be_visible()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.message("we won").get_by_role("button", name="🏆, 1 person")).to_be_visible()
    await ben.wait_for(lambda: [one.emoji for one in _last(ben, chat.id).reactions] == ["🏆"])

    await visitor.message("we won").focus()
    await visitor.page.keyboard.press("Shift+R")
    await _picker(visitor).get_by_role("combobox").fill("thumbsup")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.message("we won").get_by_role("button", name="👍, 1 person")).to_be_visible()
    await expect(visitor.message("we won")).to_be_focused()


async def test_what_is_begun_is_still_there_after_an_edit(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    await ada.send(chat.id, "first")
    visitor = await _visitor(visitors, ada, "Ben")
    await visitor.composer.fill("half a thou")
    await visitor.act("first", "Edit")
    await expect(visitor.composer).to_have_value("first")
    await visitor.composer.press("Escape")
    await expect(visitor.composer).to_have_value("half a thou")
    await visitor.act("first", "Edit")
    await visitor.say("second")
    await visitor.sees("second")
    await expect(visitor.composer).to_have_value("half a thou")
    await ada.wait_for(lambda: _draft(ada, chat.id) == "half a thou")
    await visitor.act("second", "Reply")
    await visitor.composer.press("Escape")
    await expect(visitor.page.get_by_text("Reply to Ada")).to_be_hidden()
    await expect(visitor.composer).to_have_value("half a thou")


async def test_slow_typing_is_not_overtaken_by_the_draft(visitors: Visitors) -> None:
    """What one's own device has kept comes back as news, and is older than what stands there."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    visitor = await _visitor(visitors, ada, "Ben")
    text = "word by word"
    await visitor.composer.press_sequentially(text, delay=310)
    await expect(visitor.composer).to_have_value(text)
    await visitor.composer.fill("")
    await visitor.composer.press_sequentially("other")
    await ada.wait_for(lambda: _draft(ada, chat.id) == "other")
    await expect(visitor.composer).to_have_value("other")
    await ada.call(SetDraft(chat_id=chat.id, text="from elsewhere"))
    await expect(visitor.composer).to_have_value("from elsewhere")


async def test_a_draft_that_was_sent_from_elsewhere_is_none(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    visitor = await _visitor(visitors, ada, "Ben")
    await ada.call(SetDraft(chat_id=chat.id, text="from elsewhere "))
    await expect(visitor.composer).to_have_value("from elsewhere ")
    await ada.send(chat.id, "from elsewhere")
    await expect(visitor.composer).to_have_value("")
    await visitor.go("/")
    await expect(visitor.row("Ben")).to_contain_text("from elsewhere")
    await expect(visitor.row("Ben")).not_to_contain_text("Draft")


async def test_a_draft_that_is_heard_late_overwrites_nothing(visitors: Visitors) -> None:
    """What was typed stands, whatever comes before, between and after the answers to the drafts that were told."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    async with BadLine(visitors.url, seed=1) as line:
        line.is_bad = False
        visitor = await visitors.new(url=line.url)
        await visitor.sign_in(username(ada))
        await visitor.open("Ben")
        line.hold('"draft"')
        text = ""
        for word in ("one", " two", " three"):
            text += word
            await visitor.composer.press_sequentially(word)
            await ada.wait_for(lambda text=text: _draft(ada, chat.id) == text)
            await ben.send(chat.id, f"said after {word}")
            await visitor.sees(f"said after {word}")
            await expect(visitor.composer).to_have_value(text)
        while line.held:
            await line.let_go(1)
            await ben.send(chat.id, f"said with {line.held} to come")
            await visitor.sees(f"said with {line.held} to come")
            await expect(visitor.composer).to_have_value(text)
        line.hold("")
        await ada.call(SetDraft(chat_id=chat.id, text="from elsewhere"))
        await expect(visitor.composer).to_have_value("from elsewhere")


async def test_a_link_is_pasted_over_words(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await _visitor(visitors, ada, "Ben")
    await visitor.composer.fill("see here")
    await visitor.composer.evaluate("box => box.setSelectionRange(4, 8)")
    await visitor.composer.evaluate(PASTE, "https://example.org/a")
    await expect(visitor.composer).to_have_value("see [here](https://example.org/a)")
    await visitor.composer.press("Enter")
    await expect(visitor.message("see here").get_by_role("link", name="here")).to_be_visible()


async def test_the_enter_key_can_begin_a_line(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await visitors.new()
    await visitor.sign_in(username(ada))
    await visitor.go("/settings")
    await visitor.page.get_by_label("The Enter key").select_option("newline")
    await visitor.go()
    await visitor.open("Ben")
    await visitor.composer.press_sequentially("one")
    await visitor.composer.press("Enter")
    await visitor.composer.press_sequentially("two")
    await expect(visitor.composer).to_have_value("one\ntwo")
    await visitor.composer.press("Control+Enter")
    await visitor.sees("two")
    await expect(visitor.composer).to_have_value("")


SLOWEST = """async box => {
    const took = [];
    for (let at = 0; at < 20; at++) {
        const began = performance.now();
        box.setRangeText('a', box.value.length, box.value.length, 'end');
        box.dispatchEvent(new InputEvent('input', {bubbles: true, data: 'a', inputType: 'insertText'}));
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        took.push(performance.now() - began);
    }
    return took.sort((one, other) => one - other)[10];
}"""


async def test_a_text_of_any_length(visitors: Visitors) -> None:
    """A word of 300 letters and 8,000 emoji overflow nothing; what is too long is said, and is not sent."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await visitors.new(viewport={"width": 320, "height": 640})
    await visitor.sign_in(username(ada))
    await visitor.open("Ben")
    page = visitor.page
    await visitor.composer.fill("w" * 300)
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    assert await visitor.composer.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert await visitor.composer.evaluate("box => box.closest('footer').getBoundingClientRect().right") <= 320
    await visitor.composer.press("Enter")
    await visitor.sees("w" * 300)
    await visitor.composer.fill("🎉" * 7900)
    await expect(page.get_by_text("100 characters left")).to_be_visible()
    assert await visitor.composer.evaluate("box => box.clientHeight") <= 190
    median = await visitor.composer.evaluate(SLOWEST)
    print(f"\na letter after 7,900 emoji: {median:.1f} ms to the next frame")  # noqa: T201 - to be seen
    await visitor.composer.fill("🎉" * 8000)
    await expect(page.get_by_text("0 characters left")).to_be_visible()
    await visitor.composer.press("Enter")
    await visitor.sees("🎉" * 8000)
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await visitor.composer.fill("x" * 8001)
    await expect(page.get_by_text("1 character too many")).to_be_visible()
    await visitor.composer.press("Enter")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await expect(visitor.composer).to_have_value("x" * 8001)
