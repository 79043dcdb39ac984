"""On a phone, where one part of the screen is seen at a time."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors
from tests.people import direct, username


async def test_the_way_back(visitors: Visitors) -> None:
    """Who left a chat by the app's own button does not come to it again by the phone's."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    visitor = await visitors.new(viewport={"width": 320, "height": 640})
    await visitor.sign_in(username(mia))
    page = visitor.page
    friends = page.get_by_role("heading", name="Friends", exact=True)
    await page.get_by_role("button", name="Friends").click()
    await expect(friends).to_be_visible()
    await page.get_by_role("button", name="Chats").click()
    await visitor.open("Ben")
    await page.get_by_role("button", name="Back", exact=True).click()
    await visitor.arrives()
    await page.go_back()
    await expect(friends).to_be_visible()
    # Whoever came by an address was nowhere before.
    await visitor.go(f"/c/{chat.id}")
    await expect(visitor.composer).to_be_visible()
    await page.get_by_role("button", name="Back", exact=True).click()
    await visitor.arrives()


async def test_the_way_back_leads_from_a_panel_to_the_chat_below(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new(viewport={"width": 320, "height": 640})
    await visitor.sign_in(username(mia))
    page = visitor.page
    search, panel = page.get_by_role("button", name="Search in this chat"), page.get_by_role("region", name="Search")
    await visitor.open("Ben")
    await search.click()
    await expect(panel).to_be_visible()
    await page.go_back()
    await expect(panel).to_be_hidden()
    await expect(visitor.composer).to_be_visible()
    # Who has closed it has it behind them.
    await search.click()
    await panel.get_by_role("button", name="Close").click()
    await expect(panel).to_be_hidden()
    await page.wait_for_function("!history.state.isOver")
    await page.go_back()
    await visitor.arrives()
    await expect(visitor.composer).to_be_hidden()
