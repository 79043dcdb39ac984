"""A tab that slept for an hour, past midnight, shows what one shows that is opened then."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import expect

from dialog.client import Client
from dialog.protocol.chats import AddMember, EditChat, RemoveMember
from dialog.protocol.messages import DeleteMessage, EditMessage
from dialog.protocol.reactions import AddReaction
from tests.browser.visitors import Visitor, Visitors
from tests.patience import PATIENCE
from tests.people import direct, group, me, username
from tests.records import on_record

HOUR = 3_600_000
TALL = {"width": 1000, "height": 4000}
"""So tall that all rows are elements."""

SHOWN = """() => ({
    chats: [...document.querySelectorAll('[role=complementary] a, aside a')].map(row => row.innerText),
    title: document.querySelector('main h1, main h2')?.innerText,
    header: document.querySelector('main header')?.innerText,
    said: [...document.querySelectorAll('[role=log] article')].map(article => article.innerText),
    ticks: [...document.querySelectorAll('[role=log] article')].map(
        article => article.querySelector('[class*=meta] svg')?.getAttribute('aria-label') ?? ''),
    document: document.title,
})"""


def _before_midnight() -> str:
    """A time zone where another day begins within an hour."""
    ahead = (23 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+}" if ahead else "Etc/GMT"


async def _shown(visitor: Visitor) -> dict[str, Any]:
    return await visitor.page.evaluate(SHOWN)


async def _same(one: Visitor, other: Visitor) -> dict[str, Any]:
    """Wait until both show the same; what that is."""
    deadline = time.monotonic() + PATIENCE
    while (first := await _shown(one)) != (second := await _shown(other)):
        if time.monotonic() > deadline:
            assert [(a, b) for a, b in zip(first["said"], second["said"], strict=True) if a != b] == []
            assert first == second
        await asyncio.sleep(0.1)
    return first


async def _all_read(visitors: Visitors, chat_id: int, person: Client) -> None:
    """Wait until the server knows that nothing is unread."""
    async with asyncio.timeout(PATIENCE):
        while await on_record(
            visitors.people.suite.servers,
            "SELECT 1 FROM chats JOIN receipts ON chat_id = id WHERE id = %(chat)s AND user_id = %(user)s"
            " AND read_seq < head_seq",
            chat=chat_id,
            user=me(person).id,
        ):
            await asyncio.sleep(0.1)


def _texts(person: Client, chat_id: int) -> list[str]:
    return [message.text for message in person.state.chats[chat_id].messages.values()]


async def _much_happens(ben: Client, cleo: Client, dora: Client, choir: int, pair: int) -> None:
    """Messages, edits, deletions, reactions and changes of who is in the group."""
    messages = {message.text: message.seq for message in ben.state.chats[choir].messages.values()}
    await ben.call(EditMessage(chat_id=choir, seq=messages["to be edited"], text="was edited"))
    await ben.call(DeleteMessage(chat_id=choir, seq=messages["to be deleted"]))
    await ben.call(AddReaction(chat_id=choir, seq=messages["to be liked"], emoji="🎉"))
    await ben.call(AddMember(chat_id=choir, user_ids=[me(dora).id]))
    await ben.call(RemoveMember(chat_id=choir, user_id=me(cleo).id))
    await ben.call(EditChat(chat_id=choir, title="Quire"))
    for number in range(30):
        await ben.send(choir, f"while you slept {number}")
    for number in range(3):
        await ben.send(pair, f"are you there? {number}")
    seq = max(ben.state.chats[pair].messages)
    await ben.call(EditMessage(chat_id=pair, seq=seq, text="wake up"))


@pytest.mark.parametrize("engine", ["worker", "tab"])
async def test_an_hour_asleep(visitors: Visitors, engine: str) -> None:
    [ben, mia, cleo, dora] = await visitors.people.join("ben", "mia", "cleo", "dora")
    choir, pair = await group(ben, mia, cleo, title="Choir"), await direct(ben, mia)
    for text in ("to be edited", "to be deleted", "to be liked"):
        await ben.send(choir.id, text)
    here = {"viewport": TALL, "timezone_id": _before_midnight()}
    sleeper, fresh = await visitors.new(**here), await visitors.new(**here)
    page = sleeper.page
    await page.clock.install()
    if engine == "tab":
        await page.add_init_script("delete globalThis.SharedWorker")
    await sleeper.sign_in(username(mia))
    await sleeper.open("Choir")
    await sleeper.sees("to be edited", "to be deleted", "to be liked")
    await expect(page.get_by_role("log").get_by_text("Today", exact=True)).to_be_visible()
    await sleeper.say("good night")
    await ben.wait_for(lambda: "good night" in _texts(ben, choir.id))
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": "frozen"})
    await _much_happens(ben, cleo, dora, choir.id, pair.id)
    await session.send("Page.setWebLifecycleState", {"state": "active"})
    await page.clock.fast_forward(HOUR)
    await expect(sleeper.row("Quire")).to_be_visible()
    await sleeper.sees("while you slept 29")
    await _all_read(visitors, choir.id, mia)
    now = await page.evaluate("Date.now()")
    await fresh.page.clock.install(time=now / 1000)
    await fresh.sign_in(username(mia))
    await fresh.open("Quire")
    shown = await _same(sleeper, fresh)
    assert "while you slept 29" in shown["said"][-1]
    await expect(page.get_by_role("log").get_by_text("Yesterday", exact=True)).to_be_visible()
    assert any("wake up" in row and "3" in row for row in shown["chats"])
    for visitor in (sleeper, fresh):
        await visitor.page.get_by_role("complementary").locator(f"a[href='/c/{pair.id}']").click()
        await visitor.sees("wake up")
    await _same(sleeper, fresh)
