"""Messages that are sent later, and messages that disappear: what people see of both, and do about them."""

import secrets

from playwright.async_api import Locator, expect

from dialog.client import Client
from dialog.ids import now_ms
from dialog.protocol.chats import EditChat, LeaveChat, SetDisappearing
from dialog.protocol.scheduled import ScheduleMessage
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import direct, group, sees, username

HOUR = 3_600_000
SOON = 30
"""Seconds in which screens can be prepared, also by a slow machine."""


def _at(chat_id: int, text: str, *, within: int, reply_to: int | None = None) -> ScheduleMessage:
    """To be sent in so many milliseconds."""
    nonce = secrets.token_hex(8)
    return ScheduleMessage(chat_id=chat_id, nonce=nonce, text=text, send_at=now_ms() + within, reply_to=reply_to)


async def _at_chat(visitors: Visitors, person: Client, title: str, *, url: str = "") -> Visitor:
    visitor = await visitors.new(url=url)
    await visitor.sign_in(username(person))
    await visitor.open(title)
    return visitor


def _line(visitor: Visitor, text: str = "scheduled message") -> Locator:
    """What says above the composer that something waits."""
    return visitor.page.get_by_role("main").get_by_role("button", name=text)


def _dialog(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog")


def _panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Scheduled messages")


def _item(visitor: Visitor, text: str) -> Locator:
    return _panel(visitor).get_by_role("listitem").filter(has_text=text)


async def _do(visitor: Visitor, text: str, action: str) -> None:
    await _item(visitor, text).get_by_role("button", name=action, exact=True).click()


async def test_a_message_is_scheduled_and_sent_earlier(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await ben.send((await direct(ada, ben)).id, "when is supper?")
    visitor, phone = await _at_chat(visitors, ada, "Ben"), await _at_chat(visitors, ada, "Ben")
    other = await _at_chat(visitors, ben, "Ada")
    page = visitor.page
    await expect(page.get_by_role("button", name="Schedule", exact=True)).to_be_hidden()
    await visitor.act("when is supper?", "Reply")
    await visitor.composer.fill("supper is **ready**")
    await page.get_by_role("button", name="Send", exact=True).click(button="right")
    await _dialog(visitor).get_by_role("button", name="In an hour").click()
    await expect(_dialog(visitor)).to_be_hidden()
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.composer).to_have_value("")
    await expect(page.get_by_text("Reply to Ben")).to_be_hidden()
    for place in (visitor, phone):
        await expect(_line(place, "1 scheduled message")).to_be_visible()
        await _line(place).click()
        await expect(_item(place, "supper is ready")).to_be_visible()
    await _do(phone, "supper is ready", "Send now")
    for place in (visitor, phone, other):
        await place.sees("supper is ready")
    await expect(visitor.message("supper is ready")).to_contain_text("when is supper?")
    for place in (visitor, phone):
        await expect(_panel(place)).to_contain_text("Nothing is scheduled")
        await expect(_line(place)).to_be_hidden()


async def test_a_time_that_cannot_be_is_refused(visitors: Visitors) -> None:
    """By keys alone, and what was scheduled is written on or given up."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    asked = await ben.send((await direct(ada, ben)).id, "when is supper?")
    visitor = await _at_chat(visitors, ada, "Ben")
    page, dialog = visitor.page, _dialog(visitor)
    await visitor.act("when is supper?", "Reply")
    await visitor.composer.fill("at six")
    await visitor.composer.press("Control+Shift+Enter")
    await dialog.get_by_label("Date").fill(await page.evaluate("new Date().toLocaleDateString('sv')"))
    await dialog.get_by_label("Time").fill("00:00")
    await dialog.get_by_label("Time").press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("That time is over")
    await dialog.get_by_label("Date").fill("2090-01-01")
    await dialog.get_by_label("Time").press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("within the next 366 days")
    await page.keyboard.press("Escape")
    await expect(visitor.composer).to_have_value("at six")
    await page.get_by_role("button", name="Schedule", exact=True).focus()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Tomorrow morning").press("Enter")
    await expect(_line(visitor, "1 scheduled message · Tomorrow, 09:00")).to_be_visible()

    await visitor.composer.fill("bring bread")
    await _line(visitor).click()
    await expect(_item(visitor, "at six")).to_contain_text("Tomorrow, 09:00")
    await _do(visitor, "at six", "Edit")
    await expect(visitor.composer).to_have_value("bring bread\nat six")
    await expect(visitor.composer).to_be_focused()
    await expect(page.get_by_text("Reply to Ben")).to_be_visible()
    await expect(_line(visitor)).to_be_hidden()
    await visitor.composer.press("Enter")
    [chat] = ben.state.chats.values()
    await ben.wait_for(lambda: any(one.reply_to == asked.seq for one in chat.messages.values()))

    await ada.call(_at(chat.id, "never mind", within=HOUR))
    await ada.call(_at(chat.id, "nor that", within=2 * HOUR))
    await _line(visitor, "2 scheduled").focus()
    await page.keyboard.press("Enter")
    for text in ("never mind", "nor that"):
        await _item(visitor, text).get_by_role("button", name="Delete").press("Enter")
        await dialog.get_by_role("button", name="Delete").press("Enter")
        await expect(_item(visitor, text)).to_be_hidden()
        if text == "never mind":
            await expect(_item(visitor, "nor that").get_by_role("button").first).to_be_focused()
    await expect(_panel(visitor)).to_contain_text("Nothing is scheduled")
    await expect(_panel(visitor).get_by_role("heading", name="Scheduled messages")).to_be_focused()
    await expect(_line(visitor)).to_be_hidden()


async def test_the_panel_gives_the_focus_back(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    await ada.call(_at(chat.id, "at six", within=HOUR))
    visitor = await _at_chat(visitors, ada, "Ben")
    for leave in ("Escape", "Enter"):
        await _line(visitor).focus()
        await visitor.page.keyboard.press("Enter")
        await expect(_item(visitor, "at six")).to_be_visible()
        if leave == "Enter":
            await _panel(visitor).get_by_role("button", name="Close").focus()
        await visitor.page.keyboard.press(leave)
        await expect(_panel(visitor)).to_be_hidden()
        await expect(_line(visitor)).to_be_focused()


async def test_it_is_sent_at_its_time(visitors: Visitors, cable: FaultProxy) -> None:
    """Also while one is cut off: what is listed is right again with the connection."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    visitor = await _at_chat(visitors, ada, "Ben", url=f"http://127.0.0.1:{cable.port}")
    await ada.call(_at(chat.id, "at its time", within=10_000))
    await ada.call(_at(chat.id, "much later", within=HOUR))
    await expect(_line(visitor)).to_be_visible()
    cable.cut()
    await sees(ben, chat.id, "at its time")
    await ada.call(_at(chat.id, "later still", within=2 * HOUR))
    await ada.wait_for(lambda: len(ada.state.scheduled) == 2)
    cable.heal()
    await visitor.sees("at its time")
    await expect(_line(visitor, "2 scheduled messages")).to_be_visible()
    await ada.call(_at(chat.id, "while one looks", within=1000))
    await visitor.sees("at its time", "while one looks")
    await expect(_line(visitor, "2 scheduled messages")).to_be_visible()


async def test_what_was_not_sent_is_said(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    choir, walk = await group(ada, ben, title="Choir"), await group(ada, ben, title="Walk")
    visitor = await _at_chat(visitors, ben, "Choir")
    await ada.call(EditChat(chat_id=choir.id, may_send="admin"))
    await expect(visitor.composer).to_be_hidden()
    await ben.call(_at(choir.id, "la la la", within=1000))
    await expect(_line(visitor, "1 scheduled message was not sent")).to_be_visible()
    await _line(visitor).click()
    await expect(_item(visitor, "la la la")).to_contain_text("Not sent. You may not do this here.")
    await expect(_item(visitor, "la la la").get_by_role("button", name="Copy text")).to_be_visible()
    await ada.call(EditChat(chat_id=choir.id, may_send="member"))
    await _do(visitor, "la la la", "Send now")
    await visitor.sees("la la la")
    await expect(_line(visitor)).to_be_hidden()

    await ben.call(_at(walk.id, "at the gate", within=10_000))
    await ben.call(LeaveChat(chat_id=walk.id))
    said = visitor.page.get_by_role("status").filter(has_text="1 scheduled message was not sent")
    await said.get_by_role("button", name="Show").click()
    await expect(_item(visitor, "at the gate")).to_contain_text("A chat that you are not in any more")
    await expect(_item(visitor, "at the gate")).to_contain_text("Not sent. You are not in this chat any more.")
    await _do(visitor, "at the gate", "Delete")
    await _dialog(visitor).get_by_role("button", name="Delete").click()
    await expect(said).to_be_hidden()


async def _choose(visitor: Visitor, choice: str) -> None:
    await visitor.page.get_by_role("main").get_by_role("button", name="What to do with this chat").click()
    await visitor.page.get_by_role("menuitem", name="Disappearing messages").click()
    await _dialog(visitor).get_by_label(choice, exact=True).check()
    await _dialog(visitor).get_by_role("button", name="Save").click()
    await expect(_dialog(visitor)).to_be_hidden()


def _said_of(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("img", name="New messages disappear after")


async def test_what_disappears_is_chosen(visitors: Visitors) -> None:
    """By either of two; in a group by its admins, and everybody sees it."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    chat = await group(ada, ben, title="Choir")
    visitor, other = await _at_chat(visitors, ada, "Ben"), await _at_chat(visitors, ben, "Ada")
    await _choose(visitor, "1 day")
    await expect(_said_of(other)).to_have_accessible_name("New messages disappear after 1 day")
    await other.say("not for long")
    await expect(visitor.message("not for long").get_by_label("Disappears:")).to_be_visible()
    await _choose(other, "Off, messages stay")
    await expect(_said_of(visitor)).to_be_hidden()

    for place in (visitor, other):
        await place.open("Choir")
    await _choose(visitor, "7 days")
    await expect(_said_of(other)).to_have_accessible_name("New messages disappear after 7 days")
    await expect(other.page.get_by_role("log")).to_contain_text("Ada lets new messages disappear after 7 days")
    await other.page.get_by_role("main").get_by_role("button", name="What to do with this chat").click()
    await expect(other.page.get_by_role("menuitem", name="Mark as unread")).to_be_visible()
    await expect(other.page.get_by_role("menuitem", name="Disappearing messages")).to_be_hidden()
    await other.page.keyboard.press("Escape")
    await ada.call(SetDisappearing(chat_id=chat.id, after=90))
    await _choose(visitor, "90 seconds")


async def test_what_disappears_leaves_every_screen(visitors: Visitors, cable: FaultProxy) -> None:
    """At its time: of those who are connected, and of those who are cut off."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    await ada.send(chat.id, "this stays")
    online = await _at_chat(visitors, ada, "Ben")
    offline = await _at_chat(visitors, ben, "Ada", url=f"http://127.0.0.1:{cable.port}")
    tab = await visitors.tab(offline.page.context, offline.url)
    await tab.go()
    await offline.page.get_by_role("button", name="Search in this chat").click()
    field = offline.page.get_by_role("searchbox", name="Search in this chat")
    await expect(field).to_be_visible()
    places, rows = (online, offline), (online.row("Ben"), offline.row("Ada"), tab.row("Ada"))
    await ada.call(SetDisappearing(chat_id=chat.id, after=SOON))
    goes = await ada.send(chat.id, "this goes")
    await ada.call(SetDisappearing(chat_id=chat.id, after=None))
    await ben.send(chat.id, "and this answers it", reply_to=goes.seq)
    await ada.call(SetDisappearing(chat_id=chat.id, after=SOON))
    await ada.send(chat.id, "this is the last")
    for row in rows:
        await expect(row).to_contain_text("this is the last")
    for place in places:
        await expect(place.message("this goes")).to_have_count(2)  # it is quoted
    await offline.act("this is the last", "Reply")
    cable.cut()
    for place in places:
        quoting = place.message("and this answers it")
        await expect(quoting).to_contain_text("Message disappeared", timeout=SOON * 1000 + PATIENCE * 1000)
        for gone in ("this goes", "this is the last"):
            await expect(place.message(gone)).to_have_count(0)
        await place.sees("this stays", "and this answers it")
        await expect(place.page.get_by_role("log")).not_to_contain_text("deleted")
    for row in rows:
        await expect(row).to_contain_text("Message disappeared")
    await expect(offline.page.locator("[data-region=composer]")).to_contain_text("Message disappeared")
    await field.fill("this")
    panel = offline.page.get_by_role("region", name="Search", exact=True)
    await expect(panel.get_by_role("listitem")).to_have_count(2)
    cable.heal()
    await online.say("back again")
    await offline.sees("back again")
    await expect(offline.message("this goes")).to_have_count(0)
    await online.message("and this answers it").get_by_role("button", name="Message disappeared").click()
    await expect(online.page.get_by_text("This message is not there any more")).to_be_visible()
