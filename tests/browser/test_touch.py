"""What fingers do with messages and chats: hold, draw and scroll."""

import asyncio
from functools import partial
from typing import Any

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from dialog.client import Client
from dialog.protocol.messages import DeleteMessage
from dialog.protocol.people import AddBlock
from dialog.protocol.reactions import AddReaction
from dialog.protocol.receipts import ReadReceipt
from dialog.protocol.settings import EditSettings, Whom
from tests.browser.long_chats import fill
from tests.browser.visitors import TREMBLE, Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import direct, group, me, username

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 720}, "has_touch": True, "is_mobile": True}
# Asked for by some browsers when something is held.
CONTEXT_MENU = """article => {
    const how = { bubbles: true, cancelable: true, pointerType: 'touch', clientX: 60, clientY: 90 };
    article.dispatchEvent(new PointerEvent('contextmenu', how));
}"""
# The height of what is hit over the middle of an element, and its width there, whichever is less.
ROOM = """chip => {
    const { x, y, width, height } = chip.getBoundingClientRect();
    const at = (across, down) => document.elementFromPoint(x + width / 2 + across, y + height / 2 + down);
    const hits = (across, down) => chip.contains(at(across, down));
    const reach = hit => Array.from({ length: 100 }, (_, at) => at - 50).filter(hit).length;
    return Math.min(reach(at => hits(at, 0)), reach(at => hits(0, at)));
}"""
WHOLLY_IN_SIGHT = """one => {
    const { top, bottom } = one.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
}"""
HOLD = 600
"""For so many milliseconds a finger rests that holds something."""
PASSING = 200
"""And for so many at most that does not."""


class Finger:
    """One finger on a screen."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._at = (0.0, 0.0)

    @classmethod
    async def on(cls, visitor: Visitor) -> "Finger":
        return cls(await visitor.page.context.new_cdp_session(visitor.page))

    async def _send(self, kind: str, *points: dict[str, float]) -> None:
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    async def down(self, on: Locator) -> None:
        await on.tap(trial=True)  # while the list moves nothing in it is pointed at
        box = await on.bounding_box()
        assert box
        self._at = (box["x"] + min(40, box["width"] / 2), box["y"] + box["height"] / 2)
        await self._send("touchStart", {"x": self._at[0], "y": self._at[1]})

    async def move(self, x: float, y: float = 0, steps: int = 6) -> None:
        for _ in range(steps):
            self._at = (self._at[0] + x / steps, self._at[1] + y / steps)
            await self._send("touchMove", {"x": self._at[0], "y": self._at[1]})

    async def up(self) -> None:
        await self._send("touchEnd")


async def _held(page: Page, finger: Finger, on: Locator) -> Locator:
    """The menu of what a finger held, also where the browser asks for that as well, sooner or later."""
    menu = page.get_by_role("menu")
    for asks_first in (True, False):
        await page.keyboard.press("Escape")
        await expect(menu).to_be_hidden()
        await finger.down(on)
        if asks_first:
            await on.evaluate(CONTEXT_MENU)
        await expect(menu).to_be_visible()
        if asks_first:
            await page.wait_for_timeout(HOLD)
        else:
            await on.evaluate(CONTEXT_MENU)
        await finger.up()
        await page.wait_for_timeout(PASSING)
        await expect(menu).to_be_visible()
    return menu


async def _reader(visitors: Visitors, person: Client, title: str, **options: object) -> Visitor:
    """Somebody who has opened a chat on a phone."""
    visitor = await visitors.new(**PHONE | options)
    await visitor.sign_in(username(person))
    await visitor.open(title)
    return visitor


async def _on_a_phone(visitors: Visitors, **options: object) -> tuple[Visitor, Finger, Client]:
    """Somebody who reads two messages, one of theirs, on a phone, and who wrote the other one."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "shall we meet?")
    await mia.send(chat.id, "at six")
    visitor = await _reader(visitors, mia, "Ben", **options)
    await visitor.sees("shall we meet?", "at six")
    return visitor, await Finger.on(visitor), ben


async def test_a_message_that_is_held_opens_a_sheet(visitors: Visitors) -> None:
    visitor, finger, _ = await _on_a_phone(visitors)
    page, message = visitor.page, visitor.message("shall we meet?")
    menu = await _held(page, finger, message)
    box = await menu.bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, PHONE["viewport"]["width"])
    assert round(box["y"] + box["height"]) == PHONE["viewport"]["height"]
    for item in await menu.get_by_role("menuitem").all():
        size = await item.bounding_box()
        assert size
        assert size["height"] >= 44
    await menu.get_by_role("menuitem", name="Reply").tap()
    await expect(menu).to_be_hidden()
    await expect(page.get_by_text("Reply to Ben")).to_be_visible()


async def test_a_chat_that_is_held_opens_a_sheet(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "shall we meet?")
    visitor = await visitors.new(**PHONE)
    await visitor.sign_in(username(mia))
    page, row = visitor.page, visitor.row("Ben")
    menu = await _held(page, await Finger.on(visitor), row)
    # Who taps beside it wants it to close, and no more.
    box = await row.bounding_box()
    assert box
    await page.touchscreen.tap(box["x"] + 40, box["y"] + 10)
    await expect(menu).to_be_hidden()
    await page.wait_for_timeout(PASSING)
    await expect(page).to_have_url(f"{visitor.url}/")
    await _held(page, await Finger.on(visitor), row)
    await menu.get_by_role("menuitem", name="Pin to the top").tap()
    await expect(row.get_by_label("Pinned")).to_be_visible()
    await expect(page).to_have_url(f"{visitor.url}/")
    await row.tap()
    await visitor.sees("shall we meet?")


async def test_the_button_to_send_that_is_held_asks_when(visitors: Visitors) -> None:
    visitor, finger, _ = await _on_a_phone(visitors)
    page, send = visitor.page, visitor.page.get_by_role("button", name="Send", exact=True)
    await visitor.composer.fill("or at seven")
    await finger.down(send)
    await expect(page.get_by_role("dialog", name="Send later")).to_be_visible()
    await send.evaluate(CONTEXT_MENU)
    await finger.up()
    await page.wait_for_timeout(PASSING)
    await page.get_by_role("dialog").get_by_role("button", name="In an hour").tap()
    await expect(page.get_by_role("button", name="1 scheduled message")).to_be_visible()
    await expect(visitor.message("or at seven")).to_have_count(0)


async def test_the_keys_of_the_screen_do_not_come_by_themselves(visitors: Visitors) -> None:
    """They would cover half of what one can pick from."""
    visitor, finger, _ = await _on_a_phone(visitors)
    page, typing = visitor.page, visitor.page.locator("input:focus, textarea:focus")
    dialog = page.get_by_role("dialog")
    await _held(page, finger, visitor.message("at six"))
    await page.get_by_role("menuitem", name="Forward").tap()
    await expect(dialog.get_by_role("heading", name="Forward")).to_be_focused()
    await page.keyboard.press("Escape")
    await visitor.go()
    await page.get_by_role("button", name="New chat").first.tap()
    await expect(dialog.get_by_role("heading", name="New chat")).to_be_focused()
    await expect(typing).to_have_count(0)


async def test_what_waits_to_be_sent_can_be_held(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await _reader(visitors, mia, "Ben", url=f"http://127.0.0.1:{cable.port}")
    cable.cut()
    await visitor.composer.fill("shall we meet?")
    await visitor.page.get_by_role("button", name="Send").tap()
    menu = await _held(visitor.page, await Finger.on(visitor), visitor.message("shall we meet?"))
    await menu.get_by_role("menuitem", name="Delete").tap()
    await expect(visitor.message("shall we meet?")).to_have_count(0)


async def test_a_finger_that_scrolls_or_taps_holds_nothing(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 60)
    visitor = await _reader(visitors, mia, "Ben")
    await visitor.sees("no. 60:")
    page, log, finger = visitor.page, visitor.page.get_by_role("log"), await Finger.on(visitor)
    before = await log.evaluate("log => log.scrollTop")
    await finger.down(visitor.message("no. 59:"))
    await finger.move(20, 120)
    async with asyncio.timeout(PATIENCE):
        while await log.evaluate("log => log.scrollTop") > before - 60:
            await page.wait_for_timeout(20)
    await page.wait_for_timeout(HOLD)
    await finger.up()
    await visitor.message("no. 59:").tap()
    await page.wait_for_timeout(HOLD)
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page.get_by_text("Reply to Ben")).to_have_count(0)
    assert await page.evaluate("getSelection().toString()") == ""


@pytest.mark.parametrize("along", [1, -1], ids=["left to right", "right to left"])
async def test_a_message_that_is_drawn_is_answered(visitors: Visitors, along: int) -> None:
    visitor, finger, ben = await _on_a_phone(visitors)
    page = visitor.page
    if along < 0:
        await page.evaluate("document.dir = 'rtl'")
    answer = page.get_by_text("Reply to Ben")
    message, gone = visitor.message("shall we meet?"), visitor.message("This message was deleted")

    async def draw(on: Locator, x: float, y: float = 0) -> None:
        await finger.down(on)
        await finger.move(x * along, y)
        await finger.up()
        await page.wait_for_timeout(PASSING)

    # Not far enough, the other way, or more up and down than along.
    await draw(message, 40)
    await draw(message, -120)
    await draw(message, 70, -90)
    await expect(answer).to_have_count(0)
    await expect(page.get_by_role("menu")).to_have_count(0)

    await finger.down(message)
    before = await _left(message)
    await finger.move(120 * along)
    await expect(message).to_have_attribute("data-drawn", "")
    assert 40 < (await _left(message) - before) * along < 90
    await finger.up()
    await expect(answer).to_be_visible()
    assert await _left(message) == before
    assert await page.get_by_role("log").evaluate("log => log.scrollLeft") == 0

    await page.get_by_role("button", name="Cancel").click()
    await expect(answer).to_be_hidden()
    await ben.call(DeleteMessage(chat_id=min(ben.state.chats), seq=1))
    await draw(gone, 120)
    await visitor.act("at six", "Select")
    await draw(visitor.message("at six"), 120)
    await page.get_by_role("button", name="Stop selecting").click()
    await expect(visitor.composer).to_be_visible()
    await expect(page.get_by_text("Reply to")).to_have_count(0)


async def _left(message: Locator) -> float:
    box = await message.bounding_box()
    assert box
    return box["x"]


async def test_who_reacted(visitors: Visitors) -> None:
    [ada, ben, mia] = await visitors.people.join("ada", "ben", "mia")
    chat = await group(ada, ben, mia, title="Ferry")
    sent = await ben.send(chat.id, "shall we meet?")
    await ada.send(chat.id, "at six")
    for person, emoji in ((ada, "👍"), (ben, "👍"), (ben, "🎉"), (ada, "🎯")):
        await person.call(AddReaction(chat_id=chat.id, seq=sent.seq, emoji=emoji))
    visitor = await _reader(visitors, mia, "Ferry")
    await visitor.sees("shall we meet?", "at six")
    page, finger = visitor.page, await Finger.on(visitor)
    thumbs, menu = page.get_by_role("button", name="👍"), page.get_by_role("menu")
    await finger.down(thumbs)
    await expect(menu.get_by_role("menuitem")).to_have_text(["Ada", "Ben"])
    await finger.up()
    await page.wait_for_timeout(PASSING)
    await expect(thumbs).to_have_attribute("aria-pressed", "false")
    await menu.get_by_role("menuitem", name="Ada").tap()
    await expect(page.get_by_role("dialog").get_by_role("heading", name="Ada")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()

    # Each has room for a finger, which nothing else takes.
    for chip in await visitor.message("shall we meet?").locator("[aria-pressed]").all():
        assert await chip.evaluate(ROOM) >= 44
    await thumbs.tap()
    await expect(thumbs).to_have_attribute("aria-pressed", "true")


async def test_a_tap_right_after_scrolling(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    for _ in range(8):
        await ben.send(chat.id, "la " * 50)
    sent = await ben.send(chat.id, "shall we meet?")
    await ben.call(AddReaction(chat_id=chat.id, seq=sent.seq, emoji="👍"))
    await mia.call(ReadReceipt(chat_id=chat.id, seq=sent.seq))
    visitor = await _reader(visitors, mia, "Ben")
    await visitor.sees("shall we meet?")
    thumbs = visitor.page.get_by_role("button", name="👍")
    await thumbs.tap(trial=True)
    await visitor.page.get_by_role("log").evaluate(TREMBLE)
    box = await thumbs.bounding_box()
    assert box
    await visitor.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await expect(thumbs).to_have_attribute("aria-pressed", "true")


async def test_what_is_tapped_has_room_for_a_finger(visitors: Visitors) -> None:
    [ada, ben, mia] = await visitors.people.join("ada", "ben", "mia")
    chat = await direct(ada, mia)
    await ada.call(EditSettings(who_may_write=Whom.NOBODY))
    choir = await group(mia, ada, ben, title="Choir")
    await mia.call(AddBlock(user_id=me(ben).id))
    await ben.send(choir.id, "la la la")
    await ada.send(choir.id, "\n".join("a long song" for _ in range(20)))
    visitor = await _reader(visitors, mia, "Choir")
    page = visitor.page

    async def has_room(*buttons: Locator) -> None:
        for button in buttons:
            await button.tap(trial=True)  # it is in sight and rests
            assert await button.evaluate(ROOM) >= 44, await button.inner_text()

    called = partial(page.get_by_role, "button", exact=True)
    await visitor.sees("a long song")
    await visitor.composer.fill("hush")
    await has_room(*(called(name=name) for name in ("Emoji", "Send", "Show more", "Show")))
    await called(name="Search in this chat").tap()
    await has_room(*await page.locator("[data-region=panel] button").filter(has_text=":").all())
    await visitor.go(f"/c/{chat.id}")
    await visitor.composer.fill("are you there?")
    await called(name="Send").tap()
    await expect(visitor.message("are you there?")).to_contain_text("Not sent")
    await has_room(*(called(name=name) for name in ("Send again", "Discard")))


async def test_a_menu_stays_in_sight_when_the_screen_is_turned(visitors: Visitors) -> None:
    """The finger that opened it may still move."""
    visitor, finger, _ = await _on_a_phone(visitors)
    page, menu = visitor.page, visitor.page.get_by_role("menu")
    await finger.down(visitor.message("shall we meet?"))
    await expect(menu).to_be_visible()
    await finger.move(0, 200)
    await finger.up()
    for width, height in ((900, 420), (360, 720), (900, 420)):
        await page.set_viewport_size({"width": width, "height": height})
        async with asyncio.timeout(PATIENCE):
            while not await menu.evaluate(WHOLLY_IN_SIGHT):
                await page.wait_for_timeout(20)


async def test_one_of_many_who_reacted(visitors: Visitors) -> None:
    """A message names only some of them: one sees them all, and can take back what one gave."""
    [mia, *others] = await visitors.people.join("mia", *(f"p{at}" for at in range(22)))
    chat = await group(mia, *others, title="Ferry")
    sent = await mia.send(chat.id, "shall we meet?")
    for person in (*others, mia):
        await person.call(AddReaction(chat_id=chat.id, seq=sent.seq, emoji="👍"))
    visitor = await _reader(visitors, mia, "Ferry")
    page = visitor.page
    thumbs, names = page.get_by_role("button", name="👍"), page.get_by_role("menu").get_by_role("menuitem")
    await expect(thumbs).to_have_text("👍23")
    finger = await Finger.on(visitor)
    await finger.down(thumbs)
    await expect(names).to_have_count(23)
    await expect(names.filter(has_text="Mia")).to_have_count(1)
    await finger.up()
    await page.keyboard.press("Escape")
    await thumbs.tap()
    await expect(thumbs).to_have_text("👍22")
    await thumbs.tap()
    await expect(thumbs).to_have_text("👍23")


async def test_who_reacted_by_the_mouse(visitors: Visitors) -> None:
    visitor, _, ben = await _on_a_phone(visitors, has_touch=False, is_mobile=False)
    await ben.call(AddReaction(chat_id=min(ben.state.chats), seq=2, emoji="🎉"))
    chip, menu = visitor.page.get_by_role("button", name="🎉"), visitor.page.get_by_role("menu")
    await chip.click(button="right")
    await expect(menu.get_by_role("menuitem")).to_have_text(["Ben"])
