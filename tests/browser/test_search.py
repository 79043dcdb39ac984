"""Somebody looks for what was said, jumps there, pins it, forwards it and hides it."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors
from tests.people import direct, group, username

LONG = 150


async def test_finding_a_message_and_what_to_do_with_it(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "the ferry leaves at **nine**")
    for entry in [ben.send(chat.id, f"line {number}") for number in range(LONG)]:
        await entry
    choir = await group(mia, ben, title="Choir")
    await mia.send(choir.id, "ferry songs")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page

    await page.get_by_role("button", name="Search in all chats").click()
    panel = page.get_by_role("region", name="Search")
    field = panel.get_by_role("searchbox")
    results = panel.get_by_role("listitem")
    await field.fill("FERRY")
    await expect(results).to_have_count(2)
    await field.fill("ferry from:me")
    await expect(results).to_have_count(1)
    await expect(results).to_contain_text("ferry songs")
    await field.fill("ferry in:Ben")
    await expect(results).to_contain_text("the ferry leaves at nine")
    await field.fill("from:nobody")
    await expect(panel.get_by_role("alert")).to_contain_text("from:nobody")
    await field.fill("ferry leav")
    await results.get_by_role("button").click()
    await visitor.sees("the ferry leaves at nine")

    await visitor.act("the ferry leaves", "Pin")
    await expect(visitor.message("the ferry leaves").get_by_label("Pinned")).to_be_visible()
    await visitor.act("the ferry leaves", "Forward")
    await page.get_by_role("dialog").get_by_role("button", name="Choir").click()
    await expect(visitor.message("the ferry leaves")).to_contain_text("Forwarded from Ben")
    await visitor.act("the ferry leaves", "Hide for me")
    await expect(visitor.message("the ferry leaves")).to_be_hidden()

    await panel.get_by_role("button", name="Close").click()
    await visitor.open("Ben")
    await page.get_by_role("button", name="What to do with this chat").click()
    await page.get_by_role("menuitem", name="Pinned messages").click()
    pins = page.get_by_role("region", name="Pinned messages")
    await pins.get_by_role("button", name="the ferry leaves").click()
    await visitor.sees("the ferry leaves at nine")


async def test_a_chat_as_one_wants_it(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "hello")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page, row = visitor.page, visitor.row("Ben")

    async def choose(action: str) -> None:
        await page.get_by_role("button", name="What to do with this chat").click()
        await page.get_by_role("menuitem", name=action, exact=True).click()

    await visitor.open("Ben")
    await choose("Mute for 8 hours")
    await expect(row.get_by_label("Muted")).to_be_visible()
    await choose("Unmute")
    await expect(row.get_by_label("Muted")).to_be_hidden()
    await choose("Pin to the top")
    await expect(row.get_by_label("Pinned")).to_be_visible()
    await choose("Archive")
    await expect(row).to_be_hidden()
    await page.get_by_role("button", name="Archive, 1 chat").click()
    await expect(row).to_be_visible()
    await choose("Take out of the archive")
    await expect(page.get_by_role("button", name="Archive, 1 chat")).to_be_hidden()
    await choose("Mark as unread")
    await expect(page.get_by_text("Choose a chat")).to_be_visible()
    await expect(row.get_by_label("Marked as unread")).to_be_visible()
    await visitor.open("Ben")
    await choose("Clear chat")
    await page.get_by_role("dialog").get_by_role("button", name="Clear chat").click()
    await expect(page.get_by_text("Nothing was said here yet")).to_be_visible()
    await ben.send(chat.id, "once more")
    await visitor.sees("once more")
    await choose("Delete chat")
    await page.get_by_role("dialog").get_by_role("button", name="Delete chat").click()
    await expect(row).to_be_hidden()
