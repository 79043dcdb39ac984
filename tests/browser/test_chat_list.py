"""The list of chats: which are shown, what can be done with each, and that they keep still under a mouse."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from dialog.client import Client
from dialog.protocol.chats import Chat, RemoveMember
from dialog.protocol.preferences import SetPreferences
from tests.browser.visitors import SHIFTS, Visitor, Visitors
from tests.people import direct, group, me, username

MOVE = """list => {
  const move = () => list.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerType: 'mouse' }));
  move();
  window.moving = setInterval(move, 50);
}"""
REST = "() => clearInterval(window.moving)"

# What is seen of an icon. A picture that the policy forbids is never there.
PICTURE = """async icon => {
  const picture = new Image(32, 32);
  picture.src = icon.href;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.getContext('2d').drawImage(picture, 0, 0, 32, 32);
  return canvas.toDataURL();
}"""


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


async def _is_wide(visitor: Visitor, width: int) -> None:
    await expect(visitor.page.get_by_role("complementary", name="Your chats")).to_have_css("width", f"{width}px")


async def test_the_list_is_as_wide_as_one_likes(visitors: Visitors) -> None:
    visitor, *_ = await _two_chats(visitors)
    page = visitor.page
    edge = page.get_by_role("separator", name="Width of the chat list")

    async def is_wide(width: int) -> None:
        await expect(edge).to_have_attribute("aria-valuenow", str(width))
        await _is_wide(visitor, width)

    async def draw(by: int, *, until: int) -> None:
        box = await edge.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x + by / 2, y)
        await page.mouse.move(x + by, y)
        await _is_wide(visitor, until)  # also before it is let go
        await page.mouse.up()
        await is_wide(until)

    await visitor.open("Ben")
    await is_wide(312)
    assert await edge.get_attribute("aria-valuemin") == "260"
    assert await edge.get_attribute("aria-valuemax") == "420"
    await draw(40, until=352)
    await draw(200, until=420)
    await draw(-300, until=260)
    await edge.dblclick()
    await is_wide(312)
    await edge.focus()
    for key, width in {"ArrowRight": 324, "ArrowLeft": 312, "End": 420, "Home": 260, "Enter": 312}.items():
        await page.keyboard.press(key)
        await is_wide(width)
    await draw(30, until=342)

    # It stays so, and nothing moves when one comes back.
    await page.add_init_script(SHIFTS)
    await page.reload()
    await expect(visitor.row("Carla")).to_be_visible()
    await visitor.sees("from Ben")
    await is_wide(342)
    shifts = await page.evaluate("shifts")
    assert sum(value for value, *_ in shifts) <= 0.02, shifts

    # From right to left it is the other edge.
    await page.evaluate("document.dir = 'rtl'")
    await draw(-30, until=372)
    await edge.focus()
    await page.keyboard.press("ArrowRight")
    await is_wide(360)

    # Where there is less room it has the width that it should have there.
    await page.set_viewport_size({"width": 1000, "height": 700})
    await expect(edge).to_be_hidden()
    await _is_wide(visitor, 280)
    await page.set_viewport_size({"width": 1280, "height": 720})
    await is_wide(360)


@pytest.mark.parametrize("stored", ["{", '{"list": 9000, "theme": "black", "language": ["de"], "text": "big"}'])
async def test_damaged_preferences_are_those_that_are_usual(visitors: Visitors, stored: str) -> None:
    visitor = await visitors.new(color_scheme="light")
    await visitor.page.add_init_script(f"localStorage.setItem('dialog.preferences', {stored!r})")
    await visitor.register("Anna")
    await expect(visitor.page.locator("html")).to_have_attribute("data-theme", "light")
    await _is_wide(visitor, 312)


async def test_the_tab_tells_that_something_is_unread(visitors: Visitors) -> None:
    """Not of chats that are muted, and of others what one chose."""
    [ben, carla, mia] = await visitors.people.join("ben", "carla", "mia")
    loud, muted = await direct(mia, ben), await direct(mia, carla)
    silent, named = await group(ben, mia, title="Silent"), await group(ben, mia, title="Named")
    await mia.call(SetPreferences(chat_id=muted.id, muted_until=2**53 - 1))
    await mia.call(SetPreferences(chat_id=silent.id, level="none"))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.row("Named").click(button="right")
    await visitor.page.get_by_role("menuitemradio", name="Mentions").click()
    page, icon = visitor.page, visitor.page.locator("link[rel=icon]")
    shown: dict[str, Any] = {}
    for text, chat, by, title, address in (
        ("psst", muted, carla, "Dialog", "/icon.svg"),
        ("nothing of this", silent, ben, "Dialog", "/icon.svg"),
        ("not for you", named, ben, "Dialog", "/icon.svg"),
        ("hello", loud, ben, "(1) Dialog", "/icon-unread.svg"),
    ):
        await by.send(chat.id, text)
        await expect(visitor.row(text)).to_be_visible()
        await expect(page).to_have_title(title)
        await expect(icon).to_have_attribute("href", address)
        shown[address] = await icon.evaluate(PICTURE)
    assert shown["/icon.svg"] != shown["/icon-unread.svg"]
    await visitor.row("hello").click()
    await expect(page).to_have_title("Dialog")
    await ben.send(named.id, f"and this is, <@{me(mia).id}>", mentions=[me(mia).id])
    await expect(page).to_have_title("(1) Dialog")
    await visitor.open("Named")
    await expect(page).to_have_title("Dialog")
    await expect(icon).to_have_attribute("href", "/icon.svg")
