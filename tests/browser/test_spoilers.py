"""Spoilers: what somebody hid in their message is seen by whoever asks for it, and nowhere else."""

from playwright.async_api import expect

from tests.browser.test_keyboard import Typist
from tests.browser.visitors import Visitor, Visitors
from tests.people import acknowledged, direct, username

REVEAL = "Show what is hidden here"


async def _told(visitors: Visitors) -> Visitor:
    """Somebody who was told what happens, and who did it."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    for text in ("then ||the lights|| go out", "it was ||the butler||"):
        await acknowledged(ben.send(chat.id, text))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("go out", "it was")
    return visitor


async def test_a_click_reveals_a_spoiler(visitors: Visitors) -> None:
    visitor = await _told(visitors)
    event, person = visitor.message("go out"), visitor.message("it was")
    await expect(visitor.row("Ben")).to_contain_text("it was ▒▒▒▒")
    await expect(event.get_by_text("the lights")).to_be_hidden()
    await event.get_by_role("button", name=REVEAL).click()
    await expect(event.get_by_text("the lights")).to_be_visible()
    await expect(event.get_by_role("button", name=REVEAL)).to_have_count(0)
    await expect(person.get_by_text("the butler")).to_be_hidden()
    await expect(person.get_by_role("button", name=REVEAL)).to_be_visible()


async def test_a_key_reveals_a_spoiler(visitors: Visitors) -> None:
    """The focus stays at the message."""
    visitor = await _told(visitors)
    typist = Typist(visitor)
    event, person = visitor.message("go out"), visitor.message("it was")
    await typist.to_message("it was")
    await typist.press_for("Tab", person.get_by_role("button", name=REVEAL))
    await expect(person.get_by_text("the butler")).to_be_hidden()
    await typist.press("Enter")
    await expect(person.get_by_text("the butler")).to_be_visible()
    await expect(event.get_by_text("the lights")).to_be_hidden()
    await typist.press_for("ArrowUp", event)
