"""Two people with a browser each: they become friends, and then one of them wants to hear no more."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors


async def test_befriend_and_block(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")

    await anna.page.get_by_role("button", name="Friends").click()
    await anna.page.get_by_role("button", name="Add a friend").click()
    await expect(anna.page.get_by_label("Add by username")).to_be_focused()
    await anna.page.keyboard.type("nobody.has.this")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.get_by_text("Nobody has exactly this username")).to_be_visible()
    await anna.page.get_by_label("Add by username").fill(ben.username)
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.get_by_text("Request sent to Ben")).to_be_visible()
    await anna.page.get_by_role("tab", name="Requests").click()
    await expect(anna.page.get_by_role("button", name="Take request back")).to_be_visible()

    await ben.page.get_by_role("button", name="Friends, 1 request waits for your answer").click()
    await ben.page.get_by_role("tab", name="Requests").click()
    await ben.page.get_by_role("button", name="Accept").click()
    await expect(ben.page.get_by_text("No request is waiting")).to_be_visible()
    await expect(ben.page.get_by_role("button", name="Friends", exact=True)).to_be_visible()
    await anna.page.get_by_role("tab", name="Friends").click()
    friend = anna.page.get_by_role("listitem").filter(has=anna.page.get_by_role("button", name="Profile of Ben"))
    await expect(friend).to_contain_text("online")

    await friend.get_by_role("button", name="Message Ben").click()
    await anna.say("tea?")
    await expect(ben.row("Anna").get_by_label("1 unread message")).to_be_visible()
    await ben.open("Anna")
    await ben.page.get_by_role("main").get_by_role("button", name="Anna", exact=True).click()
    profile = ben.page.get_by_role("dialog")
    await expect(profile).to_contain_text(f"@{anna.username}")
    await profile.get_by_role("button", name="Block").click()
    await ben.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    await expect(profile).to_contain_text("You block this person")
    await ben.page.keyboard.press("Escape")
    await ben.page.get_by_role("button", name="Friends").click()
    await expect(ben.page.get_by_text("No friends yet")).to_be_visible()

    await anna.page.get_by_role("button", name="Friends").click()
    await expect(anna.page.get_by_text("No friends yet")).to_be_visible()
    await ben.page.get_by_role("tab", name="Blocked").click()
    await ben.page.get_by_role("button", name="Unblock").click()
    await expect(ben.page.get_by_text("You block nobody")).to_be_visible()
