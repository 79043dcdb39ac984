"""Answers: what they answer is shown as it is now, and one that is begun is not lost."""

from playwright.async_api import expect

from dialog.protocol.messages import DeleteMessage, EditMessage
from tests.browser.long_chats import fill
from tests.browser.visitors import Visitors
from tests.faults.proxy import FaultProxy
from tests.people import direct, username


async def test_what_is_answered_changes_far_away(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 300)
    await ben.send(chat.id, "as I said", reply_to=4)
    await ben.send(chat.id, "once more", reply_to=5)
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    said, again = visitor.message("as I said"), visitor.message("once more")
    await expect(said).to_contain_text("no. 4")
    await mia.call(EditMessage(chat_id=chat.id, seq=4, text="nothing of the kind", if_edits=0))
    await expect(said).to_contain_text("nothing of the kind")
    await mia.call(DeleteMessage(chat_id=chat.id, seq=4))
    await expect(said).to_contain_text("Message deleted")
    cable.cut()
    await mia.call(DeleteMessage(chat_id=chat.id, seq=5))
    cable.heal()
    await expect(again).to_contain_text("Message deleted")


async def test_what_is_answered_is_asked_for_again(visitors: Visitors, cable: FaultProxy) -> None:
    """Without a connection nobody knows whether it is there."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 300)
    await ben.send(chat.id, "as I said", reply_to=4)
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await expect(visitor.row("Ben")).to_contain_text("as I said")
    cable.cut()
    await expect(visitor.page.get_by_text("Offline.")).to_be_visible()
    await visitor.open("Ben")
    await visitor.sees("as I said")
    await visitor.page.wait_for_timeout(500)
    await expect(visitor.message("as I said")).not_to_contain_text("not there any more")
    cable.heal()
    await expect(visitor.message("as I said")).to_contain_text("no. 4")


async def test_an_answer_and_an_edit_are_gone_on_with(visitors: Visitors) -> None:
    [ben, cat, mia] = await visitors.people.join("ben", "cat", "mia")
    chat = await direct(ben, mia)
    await direct(cat, mia)
    await ben.send(chat.id, "shall we?")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page

    async def look_elsewhere() -> None:
        await visitor.open("Cat")
        await expect(visitor.composer).to_have_value("")
        await visitor.open("Ben")

    await visitor.open("Ben")
    await visitor.act("shall we?", "Reply")
    await visitor.composer.fill("yes, at six")
    await look_elsewhere()
    await expect(page.get_by_text("Reply to Ben")).to_be_visible()
    await expect(visitor.composer).to_have_value("yes, at six")
    await visitor.composer.press("Enter")
    await expect(visitor.message("yes, at six")).to_contain_text("shall we?")
    await visitor.composer.press("ArrowUp")
    await visitor.composer.fill("yes, at seven")
    await look_elsewhere()
    await expect(page.get_by_text("Edit message")).to_be_visible()
    await expect(visitor.composer).to_have_value("yes, at seven")
    await visitor.act("yes, at six", "Select")
    await page.get_by_role("button", name="Stop selecting").click()
    await expect(visitor.composer).to_have_value("yes, at seven")
    await visitor.composer.press("Enter")
    await visitor.sees("yes, at seven")
    await look_elsewhere()
    await expect(page.get_by_text("Edit message")).to_be_hidden()
