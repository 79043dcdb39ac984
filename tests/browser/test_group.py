"""A group with roles: its owner brings people in, gives a role and an invite, and puts somebody out."""

from playwright.async_api import Locator, expect

from tests.browser.visitors import Visitor, Visitors
from tests.people import group, me, username


def _panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Group")


async def _of_member(visitor: Visitor, name: str, action: str) -> None:
    await _panel(visitor).get_by_role("button", name=f"What to do with {name}").click()
    await visitor.page.get_by_role("menuitem", name=action, exact=True).click()


async def _confirm(visitor: Visitor, action: str) -> None:
    await visitor.page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()


async def test_roles_invites_and_bans(visitors: Visitors) -> None:
    [ada, ben, cleo] = await visitors.people.join("ada", "ben", "cleo")
    chat = await group(ada, ben, title="Choir")
    owner, joiner = await visitors.new(), await visitors.new()
    await owner.sign_in(username(ada))
    await owner.open("Choir")
    await owner.page.get_by_role("button", name="Group", exact=True).click()
    panel = _panel(owner)

    await _of_member(owner, "Ben", "Make admin")
    await expect(panel.get_by_role("listitem").filter(has_text="Ben")).to_contain_text("Admin")
    await expect(owner.page.get_by_role("log")).to_contain_text("Ada made Ben an admin")
    await panel.get_by_role("button", name="Edit").click()
    await panel.get_by_label("Name of the group").fill("Quire")
    await panel.get_by_role("button", name="Save").click()
    await expect(owner.row("Quire")).to_be_visible()
    await panel.get_by_text("Permissions").click()
    await panel.get_by_label("Write messages").select_option("admin")
    await ben.wait_for(lambda: ben.state.chats[chat.id].chat.may_send == "admin")

    await panel.get_by_text("Invite links").click()
    await panel.get_by_role("button", name="Make a link").click()
    link = await panel.get_by_text("/join/").inner_text()
    await joiner.sign_in(username(cleo))
    await joiner.page.goto(link)
    await joiner.page.get_by_role("dialog").get_by_role("button", name="Join", exact=True).click()
    await expect(joiner.row("Quire")).to_be_visible()
    await expect(joiner.composer).to_be_hidden()

    await _of_member(owner, "Cleo", "Remove and ban")
    await _confirm(owner, "Remove and ban")
    await expect(joiner.row("Quire")).to_be_hidden()
    await panel.get_by_text("Banned people").click()
    await expect(panel.get_by_role("button", name="Lift ban")).to_be_visible()
    await panel.get_by_label("Add by username").fill(username(cleo))
    await panel.get_by_role("button", name="Add", exact=True).click()
    await expect(panel.get_by_role("alert")).to_contain_text("banned")
    await panel.get_by_role("button", name="Lift ban").click()
    await panel.get_by_role("button", name="Add", exact=True).click()
    await expect(joiner.row("Quire")).to_be_visible()

    await _of_member(owner, "Ben", "Make owner")
    await _confirm(owner, "Make owner")
    await ben.wait_for(lambda: ben.state.chats[chat.id].members[me(ben).id].role == "owner")
    await panel.get_by_role("button", name="Leave group").click()
    await _confirm(owner, "Leave group")
    await expect(owner.row("Quire")).to_be_hidden()
