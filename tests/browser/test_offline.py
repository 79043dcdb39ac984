"""Somebody loses the connection in the middle of a conversation, writes on, and comes back."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors
from tests.faults.proxy import FaultProxy
from tests.people import direct, sees, username


async def test_three_messages_written_offline(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "before")
    visitor, other = await visitors.new(url=f"http://127.0.0.1:{cable.port}"), await visitors.new()
    await other.sign_in(username(ben))
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("before")
    cable.cut()
    for number in range(3):
        await visitor.say(f"offline {number}")
    await expect(visitor.page.get_by_text("Offline. Messages will be sent when you are back.")).to_be_visible()
    await expect(visitor.page.get_by_label("Waiting to be sent")).to_have_count(3)
    await ben.send(chat.id, "meanwhile")
    cable.heal()
    await visitor.sees("meanwhile")
    await expect(visitor.page.get_by_label("Waiting to be sent")).to_have_count(0)
    await sees(ben, chat.id, "before", "meanwhile", "offline 0", "offline 1", "offline 2")

    unread = other.row("Mia").get_by_label("3 unread messages")
    await expect(unread).to_be_visible()
    await other.open("Mia")
    await expect(unread).to_be_hidden()
    for one in (visitor, other):
        log = one.page.get_by_role("log").get_by_role("article")
        await expect(log).to_contain_text(["before", "meanwhile", "offline 0", "offline 1", "offline 2"])
    for number in range(3):
        await expect(visitor.message(f"offline {number}").get_by_label("Read", exact=True)).to_be_visible()
    await expect(other.message("meanwhile").get_by_label("Read", exact=True)).to_be_visible()
    await expect(visitor.row("Ben").get_by_label("unread message")).to_have_count(0)
