"""Sending: what one says appears in its place, and nothing moves when the server has it."""

import re
from typing import Any

from playwright.async_api import expect

from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import direct, texts, username

# In each frame: where the last message is that was there before, and where the one that is sent.
FOLLOW = """() => {
    window.seen = [];
    const top = text => [...document.querySelectorAll('[role=log] article')]
        .find(one => one.textContent.includes(text))?.getBoundingClientRect().top ?? null;
    const look = () => {
        const at = [top('what was there'), top('what is new')];
        if (at[1] !== null) window.seen.push(at.map(Math.round).join());
        requestAnimationFrame(look);
    };
    look();
}"""


async def _is_posted(visitor: Visitor, text: str) -> None:
    await expect(visitor.message(text)).to_have_attribute("data-seq", re.compile(r"\d"))


async def _places(visitors: Visitors, *before: str) -> Any:
    """All places that the two messages were at once both were there."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    for number in range(30):
        await ben.send(chat.id, f"line {number}")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    for text in before:
        await visitor.say(text)
        await _is_posted(visitor, text)
    await visitor.page.wait_for_timeout(300)
    await visitor.page.evaluate(FOLLOW)
    await visitor.say("what is new")
    await _is_posted(visitor, "what is new")
    await visitor.page.wait_for_timeout(300)
    return await visitor.page.evaluate("[...new Set(window.seen)]")


async def test_nothing_moves_when_a_message_is_posted(visitors: Visitors) -> None:
    """It joins the one that was said before it from the start."""
    assert len(await _places(visitors, "first", "what was there")) == 1


async def test_the_first_message_of_a_chat_has_its_day_from_the_start(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.page.evaluate(FOLLOW)
    await visitor.say("what is new")
    await _is_posted(visitor, "what is new")
    await visitor.page.wait_for_timeout(300)
    assert len(await visitor.page.evaluate("[...new Set(window.seen)]")) == 1


# Keys so soon one after the other that nobody has told of the message between them.
AT_ONCE = """async box => {
    const press = key => box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    press('Enter');
    while (box.value) await null;
    press('ArrowUp');
}"""


async def test_what_was_just_said_is_edited(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    for before, after in (("at sxi", "at six"), ("or svene", "or seven")):
        await visitor.composer.fill(before)
        await visitor.composer.evaluate(AT_ONCE)
        await expect(visitor.page.get_by_text("Edit message")).to_be_visible()
        await expect(visitor.composer).to_have_value(before)
        await visitor.say(after)
        await expect(visitor.message(after)).to_have_count(1)
        await expect(visitor.message(before)).to_have_count(0)
        await _is_posted(visitor, after)


async def test_a_message_that_waits_is_changed_by_keys(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    cable.cut()
    for text in ("said to soon", "never mind"):
        await visitor.say(text)
        await expect(visitor.message(text)).to_have_attribute("data-progress", "waiting")
    for text, place in {"said to soon": "1", "never mind": "2"}.items():
        await expect(visitor.message(text)).to_have_attribute("aria-posinset", place)
        await expect(visitor.message(text)).to_have_attribute("aria-setsize", "-1")
    keyboard = visitor.page.keyboard
    await visitor.message("never mind").focus()
    await keyboard.press("Delete")
    await expect(visitor.message("never mind")).to_have_count(0)
    await visitor.message("said to soon").focus()
    await keyboard.press("e")
    await expect(visitor.composer).to_have_value("said to soon")
    await visitor.composer.fill("said too soon")
    await keyboard.press("Enter")
    cable.heal()
    await ben.wait_for(lambda: texts(ben, chat.id) == ["said too soon"], PATIENCE)
