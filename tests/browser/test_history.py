"""A long conversation: it opens at its end, and can be read back to its beginning."""

import asyncio

from playwright.async_api import expect

from dialog.client import Client
from tests.browser.visitors import Visitors
from tests.patience import PATIENCE
from tests.people import direct, username

LONG = 260


async def _talk(ben: Client, mia: Client) -> int:
    chat = await direct(ben, mia)
    for entry in [ben.send(chat.id, f"line {number}." + " and more" * (number % 40)) for number in range(LONG)]:
        await entry
    return chat.id


async def test_reading_back_to_the_beginning(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat_id = await _talk(ben, mia)
    await mia.wait_for(lambda: mia.state.chats[chat_id].head_seq == LONG)
    await mia.read(chat_id)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees(f"line {LONG - 1}.")
    log = visitor.page.get_by_role("log")
    await log.hover()
    async with asyncio.timeout(PATIENCE):
        while not await visitor.message("line 0.").is_visible():
            await visitor.page.mouse.wheel(0, -1500)
            await visitor.page.wait_for_timeout(30)
    # Who reads further up is not pulled down, and is told of what is new.
    await ben.send(chat_id, "something new")
    await expect(visitor.page.get_by_role("button", name="To the newest message")).to_contain_text("1 new message")
    await expect(visitor.message("line 0.")).to_be_visible()
    assert await log.get_by_role("article").count() < 80
    await visitor.page.get_by_role("button", name="To the newest message").click()
    await visitor.sees("something new")
