"""The list of chats: which are shown, what can be done with each, and that they keep still under a mouse."""

from playwright.async_api import Locator, expect

from dialog.client import Client
from dialog.protocol.chats import Chat, RemoveMember
from tests.browser.visitors import Visitor, Visitors
from tests.people import direct, group, me, username

MOVE = """list => {
  const move = () => list.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerType: 'mouse' }));
  move();
  window.moving = setInterval(move, 50);
}"""
REST = "() => clearInterval(window.moving)"


def _rows(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("complementary").get_by_role("listitem")


async def _two_chats(visitors: Visitors) -> tuple[Visitor, Client, Chat]:
    """Somebody who sees a chat with Ben over one with Carla; and Carla, and that chat."""
    [ada, ben, carla] = await visitors.people.join("ada", "ben", "carla")
    second = await direct(ada, carla)
    first = await direct(ada, ben)
    await carla.send(second.id, "from Carla")
    await ben.send(first.id, "from Ben")
    visitor = await visitors.new()
    await visitor.sign_in(username(ada))
    await expect(_rows(visitor).first).to_contain_text("from Ben")
    return visitor, carla, second


async def test_the_unread_and_the_groups(visitors: Visitors) -> None:
    [ada, ben, carla] = await visitors.people.join("ada", "ben", "carla")
    first = await direct(ada, ben)
    await direct(ada, carla)
    await group(ada, ben, carla, title="Climbing")
    await ben.send(first.id, "are you there?")
    visitor = await visitors.new()
    await visitor.sign_in(username(ada))
    await expect(_rows(visitor)).to_have_count(3)
    tab = visitor.page.get_by_role("complementary").get_by_role("tab")
    await tab.filter(has_text="Groups").click()
    await expect(_rows(visitor)).to_have_count(1)
    await expect(_rows(visitor)).to_contain_text("Climbing")
    await tab.filter(has_text="Unread").click()
    await expect(_rows(visitor)).to_have_count(1)
    await visitor.open("Ben")
    await visitor.sees("are you there?")
    await expect(visitor.row("Ben").get_by_role("img", name="1 unread message")).to_be_hidden()
    await expect(_rows(visitor)).to_have_count(1)
    await visitor.go("/")
    await tab.filter(has_text="Unread").click()
    await expect(visitor.page.get_by_text("Everything is read")).to_be_visible()
    await tab.filter(has_text="All").click()
    await expect(_rows(visitor)).to_have_count(3)


async def test_where_nothing_is_listed_one_finds_the_way_on(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    visitor = await visitors.new()
    await visitor.sign_in(username(ada))
    page = visitor.page
    chats = page.get_by_role("complementary")
    every, find = chats.get_by_role("tab", name="All"), chats.get_by_label("Find a chat")
    await chats.get_by_role("tab", name="Unread").click()
    await expect(chats.get_by_text("Everything is read")).to_be_visible()
    await chats.get_by_role("button", name="Show all chats").click()
    await expect(visitor.row("Ben")).to_be_visible()
    await expect(every).to_be_focused()
    await chats.get_by_role("tab", name="Groups").click()
    await find.fill("choir")
    await expect(chats.get_by_text("No chat is called that")).to_be_visible()
    await chats.get_by_role("button", name="Show all chats").click()
    await expect(visitor.row("Ben")).to_be_visible()
    await expect(find).to_have_value("")

    await chats.get_by_role("tab", name="Groups").click()
    await expect(chats.get_by_text("You are in no group yet")).to_be_visible()
    await chats.get_by_role("button", name="Create group").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name of the group").fill("Choir")
    await dialog.get_by_label("Username").fill(username(ben))
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await dialog.get_by_role("button", name="Create group").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()
    await expect(visitor.row("Choir")).to_be_visible()
    await visitor.say("who sings?")
    await visitor.act("who sings?", "Forward")
    await dialog.get_by_label("Find a chat").fill("nobody")
    await dialog.get_by_role("button", name="Show all chats").click()
    await expect(dialog.get_by_role("button", name="Ben")).to_be_visible()
    await expect(dialog.get_by_label("Find a chat")).to_be_focused()


async def test_what_is_done_with_a_chat_in_the_list(visitors: Visitors) -> None:
    visitor, _, _ = await _two_chats(visitors)
    page = visitor.page
    await visitor.row("Carla").click(button="right")
    await expect(page.get_by_role("menuitem", name="Go to a date")).to_be_hidden()
    await page.get_by_role("menuitem", name="Pin to the top", exact=True).click()
    await expect(_rows(visitor).first).to_contain_text("from Carla")
    await visitor.row("Ben").click(button="right")
    await page.get_by_role("menuitem", name="Clear chat").click()
    await page.get_by_role("dialog").get_by_role("button", name="Clear chat").click()
    await expect(visitor.row("Ben")).to_contain_text("Nothing was said yet")
    assert page.url == f"{visitor.url}/"


async def test_chats_keep_their_order_under_a_mouse(visitors: Visitors) -> None:
    visitor, carla, chat = await _two_chats(visitors)
    await _rows(visitor).first.evaluate(MOVE)
    await carla.send(chat.id, "the newest")
    await expect(visitor.row("Carla")).to_contain_text("the newest")
    await expect(_rows(visitor).first).to_contain_text("from Ben")
    await visitor.page.evaluate(REST)
    await expect(_rows(visitor).first).to_contain_text("the newest")


async def test_a_notice_of_people_who_left_names_them(visitors: Visitors) -> None:
    """Also to somebody who has not opened the chat, and met none of them."""
    [ada, ben, mia] = await visitors.people.join("ada", "ben", "mia")
    chat = await group(ada, ben, mia, title="Choir")
    await ada.call(RemoveMember(chat_id=chat.id, user_id=me(ben).id))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await expect(visitor.row("Choir")).to_contain_text("Ada removed Ben")
