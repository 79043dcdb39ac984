"""Addresses of messages and chats: where they lead, from outside of the app and from within."""

import asyncio

from playwright.async_api import Locator, Page, expect

from dialog.protocol.chats import EditChat
from dialog.protocol.invites import CreateInvite
from dialog.protocol.messages import EditMessage, HideMessages
from tests.browser.long_chats import fill
from tests.browser.visitors import Visitors
from tests.patience import PATIENCE
from tests.people import PASSWORD, direct, group, username


async def test_the_address_of_a_message(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 300)
    await mia.call(HideMessages(chat_id=chat.id, seqs=[7]))
    visitor = await visitors.new(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    # Whoever has to sign in first comes to it then.
    await visitor.go(f"/c/{chat.id}/m/12")
    await page.get_by_label("Username").fill(username(mia))
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(visitor.message("no. 12:")).to_be_in_viewport()
    await visitor.act("no. 12:", "Copy link")
    await expect(page.get_by_text("Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == f"{visitor.url}/c/{chat.id}/m/12"

    await page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('not allowed') } }")
    await visitor.act("no. 12:", "Copy link")
    await expect(page.get_by_text("The browser did not allow it to be copied")).to_be_visible()

    gone = page.get_by_text("This message is not there any more, or not for you")
    for seq, near in ((7, "no. 8:"), (12345, "no. 300:")):
        await visitor.go(f"/c/{chat.id}/m/{seq}")
        await expect(gone).to_be_visible()
        await expect(visitor.message(near)).to_be_in_viewport()
    await visitor.go("/c/1/m/1")
    await expect(page.get_by_text("This chat is not there, or not for you")).to_be_visible()


def _highlighted(page: Page) -> Locator:
    return page.get_by_role("log").locator("article[class*=highlighted]")


def _link(page: Page, name: str) -> Locator:
    return page.get_by_role("log").get_by_role("link", name=name)


async def test_a_message_is_highlighted_where_its_address_leads(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 300)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page
    await page.clock.install()
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))
    await visitor.go(f"/c/{chat.id}/m/12")
    async with asyncio.timeout(PATIENCE):
        while not await _highlighted(page).count():
            await page.clock.run_for(20)
    await expect(_highlighted(page)).to_contain_text("no. 12:")
    await page.clock.run_for(1100)
    await expect(_highlighted(page)).to_be_in_viewport()
    await page.clock.run_for(120)
    await expect(_highlighted(page)).to_have_count(0)
    await expect(visitor.message("no. 12:")).to_be_in_viewport()


async def test_a_link_to_a_message_opens_in_the_app(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat, team = await direct(ben, mia), await group(mia, ben, title="Ferry")
    await fill(visitors.people.suite.servers, team.id, [mia], 300)
    here = f"{visitors.url}/c/{team.id}"
    await ben.send(chat.id, f"[that one]({here}/m/12), [the chat]({here}), [beside](https://dialog.example/c/1/m/1)")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    page = visitor.page
    link = _link(page, "that one")
    await page.evaluate("window.isTheSame = true")

    await link.click()
    await expect(visitor.message("no. 12:")).to_be_in_viewport()
    await expect(page).to_have_url(here)
    await page.go_back()
    await _link(page, "the chat").press("Enter")
    await expect(page.get_by_role("main").get_by_role("heading", name="Ferry")).to_be_visible()
    await page.go_back()
    await expect(link).to_be_visible()
    assert await page.evaluate("window.isTheSame")

    # What is asked of the browser it does, and what is elsewhere opens elsewhere.
    async with page.context.expect_page() as opened:
        await link.click(modifiers=["ControlOrMeta"])
    await (await opened.value).close()
    await expect(_link(page, "beside")).to_have_attribute("target", "_blank")
    await expect(page).to_have_url(f"{visitors.url}/c/{chat.id}")


async def test_a_link_within_a_chat_leads_to_another_message_of_it(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 300)
    sent = await ben.send(chat.id, f"[as I said]({visitors.url}/c/{chat.id}/m/12)")
    await ben.call(EditMessage(chat_id=chat.id, seq=sent.seq, text=f"<{sent.text}>"))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    page = visitor.page
    link = _link(page, "as I said")
    for _ in range(2):
        await link.click()
        await expect(visitor.message("no. 12:")).to_be_in_viewport()
        await page.get_by_role("button", name="Back to where you were").click()
        await expect(link).to_be_in_viewport()
    # Also from what it said before, which lies over the chat.
    await page.get_by_role("button", name="edited").click()
    await page.get_by_role("dialog").get_by_role("link", name="as I said").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(visitor.message("no. 12:")).to_be_in_viewport()
    await page.go_back()
    await visitor.arrives()
    await expect(page.get_by_role("log")).to_have_count(0)


async def test_an_invite_in_a_message(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat, choir = await direct(ben, mia), await group(ben, title="Choir")
    await ben.call(EditChat(chat_id=choir.id, description="Tuesdays at eight"))
    invite = await ben.call(CreateInvite(chat_id=choir.id))
    await ben.send(chat.id, f"{visitors.url}/join/{invite.token}")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    link, dialog = _link(visitor.page, "/join/"), visitor.page.get_by_role("dialog")
    await link.click()
    await expect(dialog.get_by_text("Tuesdays at eight")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(link).to_be_visible()
    await link.click()
    await dialog.get_by_role("button", name="Join", exact=True).click()
    await expect(visitor.page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()
