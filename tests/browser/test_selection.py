"""Several messages at once: chosen with the pointer and with the keys, forwarded, copied, hidden and deleted."""

from playwright.async_api import expect

from dialog.client import Client
from tests.browser.visitors import Visitors
from tests.people import direct, group, username


async def test_choosing_several(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat, saved = await direct(ada, ben), await group(ada, title="Notes")
    for number in range(4):
        await ada.send(chat.id, f"mine {number}")
        await ben.send(chat.id, f"yours {number}")
    await ada.wait_for(lambda: ada.state.chats[chat.id].chat.head_seq == 8)
    visitor = await visitors.new(permissions=["clipboard-read", "clipboard-write"])
    await visitor.sign_in(username(ada))
    await visitor.open("Ben")
    await visitor.sees("yours 3")
    await visitor.composer.fill("half a thought")
    page = visitor.page
    bar = page.get_by_role("toolbar", name="Selected messages")

    await visitor.act("mine 1", "Select")
    await expect(bar).to_contain_text("1 message selected")
    await visitor.message("yours 2").click()
    await visitor.message("yours 0").get_by_role("checkbox").check()
    await expect(bar).to_contain_text("3 messages selected")
    await expect(bar.get_by_role("button", name="Delete")).to_have_count(0)  # one of them is Ben's
    await bar.get_by_role("button", name="Copy").click()
    await expect(bar).to_be_hidden()
    assert await page.evaluate("navigator.clipboard.readText()") == "Ben: yours 0\nAda: mine 1\nBen: yours 2"
    await expect(visitor.composer).to_have_value("half a thought")

    await visitor.act("yours 3", "Select")
    await visitor.message("mine 0").click()
    await visitor.message("mine 0").click()
    await visitor.message("mine 2").focus()
    await page.keyboard.press("Space")
    await expect(bar).to_contain_text("2 messages selected")
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()
    await expect(visitor.composer).to_be_visible()

    await visitor.act("mine 0", "Select")
    await visitor.message("mine 3").click()
    await bar.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Delete 2 messages?")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await ben.wait_for(lambda: _texts(ben, chat.id)[::2] == ["", "mine 1", "mine 2", ""])

    await visitor.act("yours 1", "Select")
    await visitor.message("yours 3").click()
    await bar.get_by_role("button", name="Hide for me").click()
    await expect(visitor.message("yours 1")).to_have_count(0)
    await expect(visitor.message("yours 3")).to_have_count(0)

    await visitor.act("yours 2", "Select")
    await visitor.message("mine 1").click()
    await bar.get_by_role("button", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name="Notes").click()
    await visitor.sees("mine 1", "yours 2")
    await ada.wait_for(lambda: _texts(ada, saved.id)[-2:] == ["mine 1", "yours 2"])
    await expect(bar).to_be_hidden()


def _texts(person: Client, chat_id: int) -> list[str]:
    messages = person.state.chats[chat_id].messages
    return [messages[seq].text for seq in sorted(messages)]
