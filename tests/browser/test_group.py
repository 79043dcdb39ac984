"""A group with roles: its owner brings people in, gives roles and invites, puts somebody out, and ends it."""

from playwright.async_api import Locator, expect

from dialog.client import Client
from dialog.protocol.bans import BanMember
from dialog.protocol.chats import EditChat, EditMember
from dialog.protocol.invites import ApproveJoin, CreateInvite, DeclineJoin, UseInvite
from dialog.protocol.people import AddBlock
from dialog.protocol.roles import Role
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.people import acknowledged, group, in_step, me, sees, username


def _panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Group")


async def _in_charge(visitors: Visitors, person: Client) -> Visitor:
    """Somebody at their group, with what it is beside the conversation."""
    visitor = await _in_choir(visitors, person)
    await visitor.page.get_by_role("button", name="Group", exact=True).click()
    return visitor


async def _in_choir(visitors: Visitors, person: Client) -> Visitor:
    visitor = await visitors.new()
    await visitor.sign_in(username(person))
    await visitor.open("Choir")
    return visitor


async def _of_member(visitor: Visitor, name: str, action: str) -> None:
    await _panel(visitor).get_by_role("button", name=f"What to do with {name}").click()
    await visitor.page.get_by_role("menuitem", name=action, exact=True).click()


async def _confirm(visitor: Visitor, action: str) -> None:
    await visitor.page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()


async def test_roles_invites_and_bans(visitors: Visitors) -> None:
    [ada, ben, cleo] = await visitors.people.join("ada", "ben", "cleo")
    chat = await group(ada, ben, title="Choir")
    owner, joiner = await _in_charge(visitors, ada), await visitors.new()
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


async def test_a_link_for_so_many(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await group(ada, ben, title="Choir")
    panel = _panel(await _in_charge(visitors, ada))
    await panel.get_by_text("Invite links").click()
    await panel.get_by_label("For how many").select_option("5 people")
    await panel.get_by_role("button", name="Make a link").click()
    await expect(panel.get_by_role("listitem").filter(has_text="/join/")).to_contain_text("Not used yet · 5 people")


async def test_what_a_blocked_person_says_is_folded(visitors: Visitors) -> None:
    [ada, ben, cleo] = await visitors.people.join("ada", "ben", "cleo")
    chat = await group(ada, ben, cleo, title="Choir")
    song = await acknowledged(ben.send(chat.id, "la la la"))
    owner = await _in_choir(visitors, ada)
    await owner.sees("la la la")
    await ada.call(AddBlock(user_id=me(ben).id))
    await expect(owner.message("la la la")).to_be_hidden()
    await expect(owner.row("Choir")).to_contain_text("Message of a blocked person")
    await expect(owner.row("Choir")).not_to_contain_text("la la la")
    told = owner.page.locator("main p[aria-live=polite]")
    await ben.send(chat.id, "lo lo lo")
    await cleo.send(chat.id, "hush")
    await expect(told).to_have_text("Cleo: hush")
    for text in ("please", "do hush"):
        cleo.send(chat.id, text)
    await expect(told).to_have_text("2 new messages from Cleo")
    await owner.message("Message of a blocked person").first.get_by_role("button", name="Show").click()
    await owner.sees("la la la")
    await cleo.send(chat.id, "bravo", reply_to=song.seq)
    await expect(owner.message("bravo")).to_contain_text("Message of a blocked person")


async def test_how_many_have_read_a_message(visitors: Visitors) -> None:
    [ada, ben, cleo] = await visitors.people.join("ada", "ben", "cleo")
    chat = await group(ada, ben, cleo, title="Choir")
    visitor = await _in_choir(visitors, ada)
    await visitor.say("at six?")
    await expect(visitor.message("at six?").get_by_title("Read by 0 of 2")).to_be_visible()
    await sees(ben, chat.id, "at six?")
    await ben.read(chat.id)
    await expect(visitor.message("at six?").get_by_title("Read by 1 of 2")).to_be_visible()
    await sees(cleo, chat.id, "at six?")
    await cleo.read(chat.id)
    await expect(visitor.message("at six?").get_by_title("Read by 2 of 2").get_by_label("Read")).to_be_visible()
    # Titles are for the pointer alone.
    await visitor.message("at six?").press("Enter")
    await expect(visitor.page.locator("[role=menuitem]:focus")).to_be_visible()
    await visitor.page.keyboard.press("End")
    await expect(visitor.page.get_by_role("menuitem", name="Read by 2 of 2")).to_be_focused()


async def test_where_only_admins_may_write(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await group(ada, ben, title="Choir")
    await ada.send(chat.id, "at six")
    visitor = await _in_choir(visitors, ben)
    reply = visitor.page.get_by_role("menuitem", name="Reply")
    await visitor.message("at six").click(button="right")
    await expect(reply).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await ada.call(EditChat(chat_id=chat.id, may_send="admin"))
    await expect(visitor.page.get_by_text("Only admins can write here")).to_be_visible()
    await visitor.message("at six").click(button="right")
    await expect(visitor.page.get_by_role("menuitem", name="Copy text")).to_be_visible()
    await expect(reply).to_be_hidden()
    await visitor.page.keyboard.press("Escape")
    await visitor.message("at six").hover()
    await expect(visitor.page.get_by_role("button", name="What to do with this message").first).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Reply", exact=True)).to_be_hidden()
    await ada.call(EditChat(chat_id=chat.id, may_send="member"))
    await expect(visitor.composer).to_be_visible()


async def _make_link(owner: Visitor, *, approval: bool = False) -> str:
    panel = _panel(owner)
    await panel.get_by_text("Invite links").click()
    await panel.get_by_label("Admins decide who comes in").set_checked(approval)
    await panel.get_by_role("button", name="Make a link").click()
    return await panel.get_by_text("/join/").inner_text()


async def _ask(visitor: Visitor, link: str) -> None:
    dialog = visitor.page.get_by_role("dialog")
    await visitor.page.goto(link)
    await dialog.get_by_role("button", name="Ask to join").click()
    await expect(dialog.get_by_role("status")).to_contain_text("The admins were asked")
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog).to_be_hidden()


async def test_who_asks_to_join_is_let_in_or_not(visitors: Visitors) -> None:
    [ada, cleo, dora] = await visitors.people.join("ada", "cleo", "dora")
    await group(ada, title="Choir")
    owner = await _in_charge(visitors, ada)
    panel = _panel(owner)
    link = await _make_link(owner, approval=True)
    first, second = await visitors.new(), await visitors.new()
    for visitor, person in ((first, cleo), (second, dora)):
        await visitor.sign_in(username(person))
        await _ask(visitor, link)

    requests = panel.get_by_role("listitem").filter(has=owner.page.get_by_role("button", name="Let in"))
    await panel.get_by_text("Requests to join").click()
    await expect(requests).to_contain_text(["Cleo", "Dora"])
    await requests.filter(has_text="Dora").get_by_role("button", name="Decline").click()
    await expect(requests).to_have_count(1)
    await requests.filter(has_text="Cleo").get_by_role("button", name="Let in").click()
    await expect(panel.get_by_text("Nobody asks to join")).to_be_visible()
    await first.open("Choir")
    await first.say("here I am")
    await owner.sees("here I am")
    await expect(panel.get_by_role("button", name="Profile of Cleo")).to_be_visible()

    # Whoever was declined is not in it, and may ask again.
    await _ask(second, link)
    await expect(second.row("Choir")).to_be_hidden()
    await panel.get_by_text("Requests to join").click()
    await expect(panel.get_by_text("Nobody asks to join")).to_have_count(0)
    await panel.get_by_text("Requests to join").click()
    await requests.filter(has_text="Dora").get_by_role("button", name="Let in").click()
    await expect(second.row("Choir")).to_be_visible()


async def test_a_link_that_is_revoked(visitors: Visitors) -> None:
    [ada, cleo] = await visitors.people.join("ada", "cleo")
    await group(ada, title="Choir")
    owner, newcomer = await _in_charge(visitors, ada), await visitors.new()
    link = await _make_link(owner)
    page = newcomer.page
    dialog = page.get_by_role("dialog")
    over = "This invite does not work any more. Ask for a new one."
    await newcomer.sign_in(username(cleo))
    await page.goto(link)
    await expect(dialog.get_by_role("button", name="Join", exact=True)).to_be_visible()
    links = _panel(owner).get_by_role("listitem").filter(has_text="/join/")
    await links.get_by_role("button", name="Revoke").click()
    await expect(links).to_have_count(0)
    await dialog.get_by_role("button", name="Join", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_text(over)
    await page.goto(link)
    await expect(dialog.get_by_role("alert")).to_have_text(over)
    await expect(dialog.get_by_role("button", name="Join", exact=True)).to_be_hidden()
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(dialog).to_be_hidden()
    await expect(newcomer.row("Choir")).to_be_hidden()


async def test_a_link_of_which_something_is_wrong(visitors: Visitors) -> None:
    [cleo] = await visitors.people.join("cleo")
    visitor = await visitors.new()
    dialog = visitor.page.get_by_role("dialog")
    await visitor.sign_in(username(cleo))
    for token in ("two%20words", "x" * 65, "with.a.dot"):
        await visitor.go(f"/join/{token}")
        await expect(dialog.get_by_role("alert")).to_contain_text("This invite link is not right")
    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_those_who_decide_hear_who_asks(visitors: Visitors) -> None:
    """Wherever they are; and the list of those who ask follows what another admin does."""
    [ada, ben, cleo, dora, emil] = await visitors.people.join("ada", "ben", "cleo", "dora", "emil")
    [fay] = await visitors.people.join("fay")
    await ada.call(AddBlock(user_id=me(fay).id))
    chat = await group(ada, ben, title="Choir")
    await ada.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    invite = await ada.call(CreateInvite(chat_id=chat.id, approval=True))
    owner, admin = await visitors.new(), await _in_charge(visitors, ben)
    await owner.sign_in(username(ada))
    await owner.page.get_by_role("button", name="Friends", exact=True).click()

    await cleo.call(UseInvite(token=invite.token))
    said = owner.page.get_by_text("asks to join Choir")
    await expect(said).to_contain_text("Cleo")
    await expect(_panel(admin).get_by_role("img", name="1 request waits for your answer")).to_be_visible()
    # Whom one has blocked says nothing on one's screen.
    await fay.call(UseInvite(token=invite.token))
    await ben.send(chat.id, "one more")
    await expect(owner.row("Choir")).to_contain_text("one more")
    await expect(said).to_contain_text("Cleo")
    await fay.call(UseInvite(token=(await ada.call(CreateInvite(chat_id=chat.id))).token))
    # Nothing goes that somebody is about to press.
    show = said.get_by_role("button", name="Show requests")
    await show.focus()
    await show.press("Enter")
    await expect(said).to_have_count(0)
    panel = _panel(owner)
    requests = panel.get_by_role("listitem").filter(has=owner.page.get_by_role("button", name="Let in"))
    await expect(requests).to_contain_text(["Cleo"])
    await expect(requests).to_contain_text([f"@{username(cleo)}"])
    await expect(requests).to_be_in_viewport()
    await expect(owner.page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()
    await expect(panel.locator("summary").filter(has_text="Requests to join")).to_be_focused()
    await requests.get_by_role("button", name="Profile of Cleo").click()
    await expect(owner.page.get_by_role("dialog")).to_contain_text(f"@{username(cleo)}")
    await owner.page.keyboard.press("Escape")

    # Who comes is listed, and nothing more is said of it.
    await dora.call(UseInvite(token=invite.token))
    await emil.call(UseInvite(token=invite.token))
    await expect(requests).to_contain_text(["Cleo", "Dora", "Emil"])
    await expect(said).to_have_count(0)
    waiting = _panel(admin).get_by_role("img", name="3 requests wait for your answer")
    await expect(waiting).to_have_text("3")
    await expect(admin.page.get_by_text("Emil asks to join Choir")).to_be_visible()

    await ben.call(ApproveJoin(chat_id=chat.id, user_id=me(cleo).id))
    await expect(requests).to_contain_text(["Dora", "Emil"])
    await ben.call(DeclineJoin(chat_id=chat.id, user_id=me(dora).id))
    await expect(requests).to_contain_text(["Emil"])
    await expect(panel.get_by_role("img", name="1 request waits for your answer")).to_be_visible()
    await ben.call(BanMember(chat_id=chat.id, user_id=me(emil).id))
    await expect(panel.get_by_text("Nobody asks to join")).to_be_visible()
    await expect(panel.get_by_role("img", name="waits for your answer")).to_have_count(0)
    await expect(waiting).to_have_count(0)


async def test_who_asks_while_an_admin_is_offline_is_listed(visitors: Visitors, cable: FaultProxy) -> None:
    [ada, cleo] = await visitors.people.join("ada", "cleo")
    chat = await group(ada, title="Choir")
    invite = await ada.call(CreateInvite(chat_id=chat.id, approval=True))
    owner = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await owner.sign_in(username(ada))
    await owner.open("Choir")
    await owner.page.get_by_role("button", name="Group", exact=True).click()
    await _panel(owner).get_by_text("Requests to join").click()
    await expect(_panel(owner).get_by_text("Nobody asks to join")).to_be_visible()
    cable.cut()
    await expect(owner.page.get_by_text("Offline. Messages will be sent when you are back.")).to_be_visible()
    await cleo.call(UseInvite(token=invite.token))
    cable.heal()
    await expect(_panel(owner).get_by_role("button", name="Profile of Cleo")).to_be_visible()


async def test_who_asked_learns_that_they_are_let_in(visitors: Visitors) -> None:
    """Where they are: before the invite, or elsewhere in the app. Who is declined may ask again."""
    [ada, cleo, dora] = await visitors.people.join("ada", "cleo", "dora")
    chat = await group(ada, title="Choir")
    invite = await ada.call(CreateInvite(chat_id=chat.id, approval=True))
    link = f"{visitors.url}/join/{invite.token}"
    waits, elsewhere = await visitors.new(), await visitors.new()
    for visitor, person in ((waits, cleo), (elsewhere, dora)):
        await visitor.sign_in(username(person))
        await _ask(visitor, link)
    before, asked = waits.page.get_by_role("dialog"), waits.page.get_by_text("The admins were asked")
    await waits.page.goto(link)
    await expect(asked).to_be_visible()
    await expect(before.get_by_role("button", name="Ask to join")).to_have_count(0)
    # A link that asks nobody still lets them in.
    open_ = await ada.call(CreateInvite(chat_id=chat.id))
    await elsewhere.go(f"/join/{open_.token}")
    await expect(elsewhere.page.get_by_role("dialog").get_by_role("button", name="Join", exact=True)).to_be_visible()
    await elsewhere.page.keyboard.press("Escape")

    await ada.call(ApproveJoin(chat_id=chat.id, user_id=me(cleo).id))
    await expect(before.get_by_role("status")).to_have_text("You are in this group.")
    await before.get_by_role("button", name="Open chat").click()
    await expect(waits.page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()
    await expect(waits.page.get_by_text("You are in Choir now")).to_have_count(0)

    await ada.call(DeclineJoin(chat_id=chat.id, user_id=me(dora).id))
    await _ask(elsewhere, link)
    await ada.call(ApproveJoin(chat_id=chat.id, user_id=me(dora).id))
    await expect(elsewhere.page.get_by_text("You are in Choir now")).to_be_visible()
    await elsewhere.page.get_by_role("button", name="Open chat").click()
    await expect(elsewhere.page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()
    await expect(elsewhere.page.get_by_text("You are in Choir now")).to_have_count(0)


async def test_a_group_is_deleted_by_its_name(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await group(ada, ben, title="Choir")
    owner, member = await _in_charge(visitors, ada), await _in_choir(visitors, ben)
    await _panel(owner).get_by_role("button", name="Delete group").click()
    dialog = owner.page.get_by_role("dialog")
    button, name = dialog.get_by_role("button", name="Delete group"), dialog.get_by_label("Choir")
    await expect(button).to_be_disabled()
    await name.fill("choir")
    await expect(button).to_be_disabled()
    await name.fill("Choir")
    await button.click()
    for visitor in (owner, member):
        await expect(visitor.row("Choir")).to_be_hidden()
    await expect(member.page.get_by_text("This chat is not there, or not for you")).to_be_visible()
    await in_step(ada, ben)
    assert chat.id not in ben.state.chats


async def test_a_member_is_removed_and_added_again(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await group(ada, ben, title="Choir")
    owner, member = await _in_charge(visitors, ada), await _in_choir(visitors, ben)
    panel = _panel(owner)
    await _of_member(owner, "Ben", "Remove")
    await _confirm(owner, "Remove")
    await expect(member.row("Choir")).to_be_hidden()
    await expect(panel.get_by_role("button", name="Profile of Ben")).to_be_hidden()
    await expect(owner.page.get_by_role("log")).to_contain_text("Ada removed Ben")
    await panel.get_by_text("Banned people").click()
    await expect(panel.get_by_text("Nobody is banned")).to_be_visible()

    await panel.get_by_label("Add by username").fill(username(ben))
    await panel.get_by_role("button", name="Add", exact=True).click()
    await member.open("Choir")
    await member.say("back again")
    await owner.sees("back again")


async def test_the_owner_deletes_what_a_member_said(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await group(ada, ben, title="Choir")
    await acknowledged(ada.send(chat.id, "welcome"))
    await acknowledged(ben.send(chat.id, "a wrong note"))
    owner, member = await _in_choir(visitors, ada), await _in_choir(visitors, ben)
    await member.message("welcome").click(button="right", position={"x": 40, "y": 14})
    menu = member.page.get_by_role("menu")
    await expect(menu.get_by_role("menuitem", name="Hide for me")).to_be_visible()
    await expect(menu.get_by_role("menuitem", name="Delete")).to_have_count(0)
    await member.page.keyboard.press("Escape")

    await owner.act("a wrong note", "Delete")
    await expect(owner.page.get_by_role("dialog")).to_contain_text("It is gone for everyone in this chat")
    await _confirm(owner, "Cancel")
    await owner.sees("a wrong note")
    await owner.act("a wrong note", "Delete")
    await _confirm(owner, "Delete")
    for visitor in (owner, member):
        await visitor.sees("This message was deleted")
        await expect(visitor.message("a wrong note")).to_be_hidden()
        await expect(visitor.row("Choir")).not_to_contain_text("a wrong note")
    await member.page.reload()
    await member.sees("welcome", "This message was deleted")


async def test_a_group_is_left_from_the_list(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    chat = await group(ada, ben, title="Choir")
    visitor = await visitors.new()
    await visitor.sign_in(username(ben))
    await visitor.row("Choir").click(button="right")
    await visitor.page.get_by_role("menuitem", name="Leave group").click()
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Leave group").click()
    await expect(visitor.row("Choir")).to_have_count(0)
    await ada.wait_for(lambda: me(ben).id not in ada.state.chats[chat.id].members)
