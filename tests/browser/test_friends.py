"""What people are to each other: they become friends, or do not, and then one of them wants to hear no more."""

import json

from playwright.async_api import expect

from dialog.protocol.people import RequestFriend
from dialog.protocol.settings import EditSettings, Whom
from tests.browser.visitors import Visitors
from tests.operators import operate
from tests.people import befriend, direct, group, in_step, me, relation, username
from tests.servers import Suite


async def test_befriend_and_block(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")

    await anna.page.get_by_role("button", name="Friends").click()
    await anna.page.get_by_role("tabpanel").get_by_role("button", name="Add a friend").click()
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
    await ben.page.get_by_role("tabpanel").get_by_role("button", name="Add a friend").click()
    await expect(ben.page.get_by_label("Add by username")).to_be_focused()
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


async def test_friends_are_picked_for_a_chat(visitors: Visitors) -> None:
    """By a part of their name or username; who is picked can be put back."""
    [anna, ben, cleo, dora] = await visitors.people.join("anna", "ben", "cleo", "dora")
    await befriend(anna, ben, cleo)
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(anna))
    await page.get_by_role("button", name="New chat").first.click()
    dialog = page.get_by_role("dialog")
    friends = dialog.get_by_role("region", name="Friends").get_by_role("button")
    await expect(friends).to_contain_text([f"@{username(ben)}", f"@{username(cleo)}"])
    await dialog.get_by_label("Username").fill("CLE")
    await expect(friends).to_have_count(1)
    await friends.click()
    # What was written to find them is done with.
    await expect(dialog.get_by_label("Username")).to_have_value("")
    await expect(friends.filter(has_text="Cleo")).to_have_attribute("aria-pressed", "true")
    await expect(friends.filter(has_text="Ben")).to_have_attribute("aria-pressed", "false")
    await dialog.get_by_label("Username").fill(f" @{username(dora)}")
    await expect(friends).to_have_count(0)
    await dialog.get_by_label("Username").press("Enter")
    await expect(dialog.get_by_role("button", name="Remove Dora")).to_be_visible()
    await friends.first.click()
    await friends.last.click()
    await expect(dialog.get_by_role("button", name="Remove Cleo")).to_be_hidden()
    await dialog.get_by_role("button", name="Remove Dora").click()
    await dialog.get_by_role("button", name="Open chat").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Ben")).to_be_visible()


async def test_friends_are_picked_for_a_group(visitors: Visitors) -> None:
    """Those who are in it cannot be picked; of those who do not want to be added it is said who they are."""
    [anna, ben, cleo, dora] = await visitors.people.join("anna", "ben", "cleo", "dora")
    await befriend(anna, ben, cleo, dora)
    await group(anna, ben, title="Choir")
    await dora.call(EditSettings(who_may_add=Whom.NOBODY))
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(anna))
    await visitor.open("Choir")
    await page.get_by_role("main").get_by_role("button", name="Choir").click()
    panel = page.get_by_role("region", name="Group")
    friends = panel.get_by_role("region", name="Friends").get_by_role("button")
    field = panel.get_by_label("Add by username")
    await expect(friends).to_have_count(0)
    await field.fill(username(ben))
    await expect(friends).to_have_count(0)
    await field.fill("cle")
    await friends.click()
    await expect(panel.get_by_role("button", name="Profile of Cleo")).to_be_visible()
    await expect(field).to_have_value("")
    await field.fill("dora")
    await friends.click()
    refusal = "Dora does not let you add them to groups. Send an invite link instead."
    await expect(panel.get_by_role("alert")).to_have_text(refusal)

    await page.get_by_role("button", name="New chat").first.click()
    dialog = page.get_by_role("dialog")
    picked = dialog.get_by_role("region", name="Friends").get_by_role("button")
    await picked.first.click()
    await picked.last.click()
    await dialog.get_by_label("Name of the group").fill("Trio")
    await dialog.get_by_role("button", name="Create group").click()
    await expect(dialog.get_by_role("alert")).to_have_text(refusal)


async def test_a_request_is_declined(visitors: Visitors) -> None:
    """Whoever asked is not told: for them it goes on waiting."""
    [anna, ben] = await visitors.people.join("anna", "ben")
    await anna.call(RequestFriend(user_id=me(ben).id))
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(ben))
    await page.get_by_role("button", name="Friends, 1 request waits for your answer").click()
    await page.get_by_role("tab", name="Requests").click()
    await expect(page.get_by_role("button", name="Profile of Anna")).to_be_visible()
    await page.get_by_role("button", name="Decline").click()
    await expect(page.get_by_text("No request is waiting")).to_be_visible()
    await expect(page.get_by_role("button", name="Friends", exact=True)).to_be_visible()
    await in_step(anna, ben)
    assert (relation(anna, ben), relation(ben, anna)) == ("outgoing", "none")


async def test_a_friend_is_removed(visitors: Visitors) -> None:
    """Then neither has the other as a friend; what they say to each other stays."""
    [anna, ben] = await visitors.people.join("anna", "ben")
    await befriend(anna, ben)
    await ben.send((await direct(anna, ben)).id, "tea?")
    one, other = await visitors.new(), await visitors.new()
    for visitor, person, friend in ((one, anna, "Ben"), (other, ben, "Anna")):
        await visitor.sign_in(username(person))
        await visitor.page.get_by_role("button", name="Friends").click()
        await expect(visitor.page.get_by_role("button", name=f"Profile of {friend}")).to_be_visible()
    await one.page.get_by_role("button", name="More about Ben").click()
    await one.page.get_by_role("menuitem", name="Remove friend").click()
    dialog = one.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Ben sees what your settings allow to everybody")
    await dialog.get_by_role("button", name="Remove friend").click()
    for visitor in (one, other):
        await expect(visitor.page.get_by_text("No friends yet")).to_be_visible()
    await one.open("Ben")
    await one.sees("tea?")
    await one.say("no more tea")
    await other.open("Anna")
    await other.sees("no more tea")


async def test_a_person_is_reported(visitors: Visitors, suite: Suite) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    await direct(anna, ben)
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(anna))
    await visitor.open("Ben")
    await page.get_by_role("main").get_by_role("button", name="Ben", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Report").click()
    await expect(dialog.get_by_role("heading", name="Report Ben")).to_be_visible()
    await dialog.get_by_label("What is wrong?").select_option("Harassment")
    await dialog.get_by_label("In your own words, if you like").fill("he sings at night")
    await dialog.get_by_role("button", name="Report").click()
    await expect(page.get_by_text("Reported. Thank you.")).to_be_visible()
    listed = await operate(suite, "--json", "reports", "--user", username(ben))
    [report] = json.loads(listed.out)["reports"]
    assert report["reasons"] == {"harassment": 1}
    opened = await operate(suite, "report", f"{report['id']}", "--why", "looking into it")
    assert "he sings at night" in opened.out
