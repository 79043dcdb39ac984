"""From nothing to enough of each other: all that two people do here, in one go."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors


async def test_from_the_first_word_to_the_last(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")

    await anna.page.get_by_role("button", name="Friends").click()
    await anna.page.get_by_role("tabpanel").get_by_role("button", name="Add a friend").click()
    await anna.page.get_by_label("Add by username").fill(ben.username)
    await anna.page.keyboard.press("Enter")
    await ben.page.get_by_role("button", name="Friends, 1 request waits for your answer").click()
    await ben.page.get_by_role("tab", name="Requests").click()
    await ben.page.get_by_role("button", name="Accept").click()

    await ben.page.get_by_role("tab", name="Friends", exact=True).click()
    await ben.page.get_by_role("button", name="Message Anna").click()
    await ben.say("the ferry leaves at eight")
    await expect(anna.row("Ben").get_by_label("1 unread message")).to_be_visible()
    await anna.open("Ben")
    await expect(ben.message("the ferry").get_by_label("Read", exact=True)).to_be_visible()
    await ben.composer.press("ArrowUp")
    await ben.say("the ferry leaves at nine")
    await expect(anna.message("the ferry leaves at nine")).to_contain_text("edited")
    await anna.act("the ferry", "React with ❤️")
    await expect(ben.message("the ferry").get_by_role("button", name="❤️, 1 person")).to_be_visible()
    await anna.message("the ferry").get_by_role("button", name="❤️, 1 person").click()
    await expect(ben.message("the ferry").get_by_role("button", name="❤️, 1 person")).to_be_hidden()
    await anna.say("oops")
    await ben.sees("oops")
    await anna.act("oops", "Delete")
    await anna.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(ben.message("This message was deleted")).to_be_visible()

    await anna.page.get_by_role("button", name="Search in this chat").click()
    panel = anna.page.get_by_role("region", name="Search")
    await panel.get_by_role("searchbox").fill("ferry")
    await expect(panel.get_by_role("listitem")).to_contain_text("the ferry leaves at nine")
    await panel.get_by_role("button", name="Close").click()

    await anna.page.get_by_role("main").get_by_role("button", name="Ben", exact=True).click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    await expect(anna.page.get_by_role("dialog")).to_contain_text("You block this person")
    await anna.page.keyboard.press("Escape")
    await ben.say("are you still there?")
    await expect(ben.message("are you still there?").get_by_label("Sent", exact=True)).to_be_visible()
    await anna.say("so quiet here")
    await expect(anna.message("so quiet here").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(anna.message("are you still there?")).to_have_count(0)
    await ben.page.get_by_role("button", name="Friends", exact=True).click()
    await expect(ben.page.get_by_text("No friends yet")).to_be_visible()
