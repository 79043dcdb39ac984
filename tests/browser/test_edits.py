"""Edits that the server refuses: what was written comes back, in every tab, until it is saved or given up."""

from playwright.async_api import Locator, expect

from dialog.protocol.messages import EditMessage
from tests.browser.bad_line import BadLine
from tests.browser.visitors import Visitor, Visitors
from tests.people import direct, username


def _unsaved(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Your change was not saved")


async def test_a_refused_edit_comes_back(visitors: Visitors) -> None:
    """One message is edited here and on another device, of which this one does not hear in time."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await direct(ada, ben)
    for text in ("tea at four", "bring cake"):
        await ada.send(chat.id, text)
    async with BadLine(visitors.url, seed=1) as line:
        line.is_bad = False
        visitor = await visitors.new(url=line.url)
        await visitor.sign_in(username(ada))
        other = await visitors.tab(visitor.page.context, line.url)
        await other.go(f"/c/{chat.id}")
        await visitor.open("Ben")
        await visitor.sees("tea at four", "bring cake")
        line.hold('"message.changed"')
        for seq, mine, theirs in ((1, "tea at six", "tea at five"), (2, "bring pie", "bring bread")):
            await ada.call(EditMessage(chat_id=chat.id, seq=seq, text=theirs))
            await visitor.act("tea" if seq == 1 else "bring", "Edit")
            await visitor.say(mine)
            for place in (visitor, other):
                await expect(_unsaved(place)).to_contain_text("It was edited on another device")
                await expect(_unsaved(place)).to_contain_text(mine)
        line.hold("")
        await line.let_go(line.held)
        await visitor.sees("tea at five", "bring bread")

        await _unsaved(visitor).get_by_role("button", name="Discard").click()
        await expect(_unsaved(other)).to_contain_text("tea at six")
        await _unsaved(visitor).get_by_role("button", name="Edit again").click()
        await expect(visitor.composer).to_have_value("tea at six")
        await expect(_unsaved(visitor)).to_be_hidden()
        await visitor.composer.press("Escape")
        await expect(_unsaved(visitor)).to_contain_text("tea at six")
        await _unsaved(visitor).get_by_role("button", name="Edit again").click()
        await visitor.composer.press("Enter")
        for place in (visitor, other):
            await place.sees("tea at six", "bring bread")
            await expect(_unsaved(place)).to_be_hidden()


async def test_a_click_shows_what_it_said_before(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    said = await ben.send(chat.id, "at six")
    await ben.call(EditMessage(chat_id=chat.id, seq=said.seq, text="at seven"))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.message("at seven").get_by_role("button", name="edited").click()
    await expect(visitor.page.get_by_role("dialog")).to_contain_text("at six")
