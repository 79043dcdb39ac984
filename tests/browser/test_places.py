"""Where one is in a conversation: at what is unread, where one was, where one jumped to, and back."""

import asyncio
import re

from playwright.async_api import Locator, expect

from dialog.client import Client
from tests.browser.long_chats import fill
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import direct, me, username
from tests.records import on_record

LONG = 400
DAY = 86_400_000


async def _top(message: Locator) -> float:
    box = await message.bounding_box()
    assert box
    return box["y"]


async def _rests(message: Locator) -> float:
    """Where a message comes to rest. Until then nothing can be clicked, and who tries all the same scrolls it."""
    before = await _top(message)
    async with asyncio.timeout(PATIENCE):
        while True:
            await asyncio.sleep(0.3)
            if (now := await _top(message)) == before:
                return now
            before = now


async def _read_seq(visitors: Visitors, chat_id: int, person: Client) -> int:
    [(seq,)] = await on_record(
        visitors.people.suite.servers,
        "SELECT read_seq FROM receipts WHERE chat_id = %(chat)s AND user_id = %(user)s",
        chat=chat_id,
        user=me(person).id,
    )
    return int(seq)


async def test_one_begins_at_what_is_unread(visitors: Visitors) -> None:
    [ben, mia, cat] = await visitors.people.join("ben", "mia", "cat")
    chat = await direct(ben, mia)
    other = await direct(cat, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben], LONG, reader=mia, read=150)
    await cat.send(other.id, "hello")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page
    await expect(visitor.row("Ben").get_by_label("250 unread messages")).to_be_visible()
    await visitor.open("Ben")
    await visitor.sees("no. 151:")
    await expect(page.get_by_text("250 new messages").first).to_be_in_viewport()
    await expect(visitor.message("no. 151:")).to_be_in_viewport()
    await expect(visitor.message("no. 400:")).to_have_count(0)
    # What was in sight is read, and no more.
    await expect(visitor.row("Ben").get_by_label("250 unread messages")).to_have_count(0)
    await page.wait_for_timeout(1500)
    assert 151 <= await _read_seq(visitors, chat.id, mia) < 200

    # Whoever comes back is where they were.
    await visitor.scroll_to("no. 190:", by=200)
    looked = visitor.message("no. 190:")
    await page.wait_for_timeout(500)
    before = await _top(looked)
    await visitor.open("Cat")
    await visitor.sees("hello")
    await visitor.open("Ben")
    await visitor.sees("no. 190:")
    assert abs(await _top(looked) - before) <= 1
    await page.get_by_role("button", name="To the newest message").click()
    await visitor.sees("no. 400:")
    await expect(visitor.row("Ben").get_by_role("img", name=re.compile("unread"))).to_have_count(0)


LATE_TO_ENGINE = """const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (...message) {
    setTimeout(() => post.apply(this, message), window.late ?? 0);
};"""


async def _quoting(visitors: Visitors, script: str = "") -> tuple[Visitor, int]:
    """Somebody at the end of a long chat, whose last message answers the fifth, in a page that begins with a script."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], LONG, every=DAY // 4)
    await ben.send(chat.id, "as I said", reply_to=5)
    visitor = await visitors.new()
    await visitor.page.add_init_script(script)
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("as I said")
    return visitor, chat.id


async def test_a_jump_and_back(visitors: Visitors) -> None:
    visitor, _ = await _quoting(visitors)
    page = visitor.page
    answer, fifth = visitor.message("as I said"), visitor.message("no. 5:").first
    back = page.get_by_role("button", name="Back to where you were")
    for go_back in (back.click, lambda: page.keyboard.press("Alt+ArrowLeft"), lambda: page.keyboard.press("Escape")):
        before = await _rests(answer)
        await answer.get_by_role("button").first.click()
        await expect(fifth).to_be_in_viewport()
        await expect(back).to_be_visible()
        await go_back()
        await expect(answer).to_be_in_viewport()
        assert abs(await _top(answer) - before) <= 1
        await expect(back).to_be_hidden()
    # From there one reads on in both directions.
    await answer.get_by_role("button").first.click()
    await expect(fifth).to_be_in_viewport()
    await visitor.scroll_to("no. 200:", by=400)
    await visitor.scroll_to("no. 1:")


async def test_the_first_and_the_newest_message_by_a_key(visitors: Visitors) -> None:
    visitor, _ = await _quoting(visitors)
    first, second, newest = (visitor.message(text) for text in ("no. 1:", "no. 2:", "as I said"))
    await newest.focus()
    for _ in range(2):  # not all of what lies between is there, the first time
        await visitor.page.keyboard.press("Home")
        await expect(first).to_be_focused()
        await expect(first).to_be_in_viewport()
        await visitor.page.keyboard.press("ArrowDown")
        await expect(second).to_be_focused()
        await visitor.page.keyboard.press("End")
        await expect(newest).to_be_focused()
        await expect(newest).to_be_in_viewport()


async def test_the_ends_by_a_key_when_the_messages_come_late(visitors: Visitors) -> None:
    visitor, _ = await _quoting(visitors, LATE_TO_ENGINE)
    await visitor.page.evaluate("window.late = 400")
    first, newest = (visitor.message(text) for text in ("no. 1:", "as I said"))
    await newest.focus()
    await visitor.page.keyboard.press("Home")
    await expect(first).to_be_focused()
    await visitor.page.keyboard.press("End")
    await expect(newest).to_be_focused()
    await expect(newest).to_be_in_viewport()


async def test_going_to_a_date(visitors: Visitors) -> None:
    visitor, _ = await _quoting(visitors)
    page = visitor.page
    await page.get_by_role("button", name="What to do with this chat").click()
    await page.get_by_role("menuitem", name="Go to a date").click()
    dialog = page.get_by_role("dialog")
    day = await page.evaluate(f"new Date(Date.now() - 50 * {DAY}).toLocaleDateString('sv')")
    await dialog.get_by_label("Date").fill(day)
    await dialog.get_by_role("button", name="Go", exact=True).click()
    await expect(dialog).to_be_hidden()
    name = await page.evaluate(
        "day => new Date(day + 'T00:00').toLocaleDateString('en-GB', {weekday: 'long', day: 'numeric', month: 'long'})",
        day,
    )
    line = page.get_by_role("log").get_by_role("paragraph").filter(has_text=name).first
    await expect(line).to_be_in_viewport()
    await page.mouse.move(700, 400)
    await page.mouse.wheel(0, 100)
    await expect(page.get_by_title("Go to a date")).to_be_visible()
    await expect(page.get_by_title("Go to a date")).to_be_hidden()
    await page.keyboard.press("Alt+ArrowLeft")
    await visitor.sees("as I said")


async def test_earlier_messages_that_cannot_be_had(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], LONG)
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("no. 400:")
    page = visitor.page
    cable.cut()
    await page.mouse.move(700, 400)
    problem = page.get_by_role("alert").filter(has_text="Earlier messages could not be loaded")
    for _ in range(400):
        await page.mouse.wheel(0, -900)
        await page.wait_for_timeout(50)
        if await problem.is_visible():
            break
    await expect(problem).to_be_in_viewport()
    await problem.get_by_role("button", name="Try again").click()
    await expect(problem).to_be_hidden()
    cable.heal()
    await visitor.scroll_to("no. 1:")


async def test_the_end_stays_in_sight(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], LONG)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("no. 400:")
    page, newest = visitor.page, visitor.message("no. 400:")
    await expect(newest).to_be_in_viewport(ratio=1)
    await visitor.composer.fill("line\n" * 8)
    await expect(newest).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": 700, "height": 400})
    await expect(newest).to_be_in_viewport(ratio=1)
    await visitor.composer.fill("")
    await page.set_viewport_size({"width": 1280, "height": 720})
    await expect(newest).to_be_in_viewport(ratio=1)
    await ben.send(chat.id, "more " * 200)
    await expect(visitor.message("more more").get_by_role("time")).to_be_in_viewport(ratio=1)
    await visitor.say("thank you")
    await expect(visitor.message("thank you")).to_be_in_viewport(ratio=1)
