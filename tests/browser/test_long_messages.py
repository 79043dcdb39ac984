"""A long message is shown in part until one asks for all of it."""

from playwright.async_api import expect

from tests.browser.visitors import TREMBLE, Visitors
from tests.people import direct, username


async def test_all_of_a_long_message(visitors: Visitors) -> None:
    [ben, cat, mia] = await visitors.people.join("ben", "cat", "mia")
    chat = await direct(ben, mia)
    await direct(cat, mia)
    await ben.send(chat.id, "\n".join(f"line {number}" for number in range(1, 13)))
    await ben.send(chat.id, "a tale\n" + "and then it went on as before " * 250)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    whole, tale = visitor.message("line 12"), visitor.message("a tale")
    more = visitor.page.get_by_role("button", name="Show more")
    await expect(more).to_have_count(1)
    await expect(whole.get_by_role("button", name="Show more")).to_be_hidden()
    folded = await tale.evaluate("row => row.clientHeight")
    assert folded < 400
    await more.click()
    await expect(more).to_have_count(0)
    await expect(tale).to_be_focused()
    assert await tale.evaluate("row => row.clientHeight") > 2 * folded

    await visitor.say("my own\n" + "words upon words " * 200)
    await expect(visitor.message("my own").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(visitor.message("my own").get_by_role("button", name="Show more")).to_be_visible()
    await visitor.open("Cat")
    await visitor.open("Ben")
    await expect(more).to_have_count(1)


async def test_what_was_pressed_as_the_list_begins_to_move(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    for text in ("a tale\n" + "and then it went on as before " * 250, *["la " * 200] * 12):
        await ben.send(chat.id, text)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    tale = visitor.message("a tale")
    more = tale.get_by_role("button", name="Show more")
    await more.scroll_into_view_if_needed()
    await more.hover()  # as soon as that has come to rest
    mouse = visitor.page.mouse
    await mouse.down()
    await visitor.page.get_by_role("log").evaluate(TREMBLE)
    await mouse.up()
    await expect(more).to_have_count(0)


async def test_what_has_the_focus_is_not_folded_away(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(
        chat.id, "[first](https://dialog.example/1)" + "\nand on" * 30 + "\n[last](https://dialog.example/2)"
    )
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    message = visitor.message("first")
    first, last = message.get_by_role("link", name="first"), message.get_by_role("link", name="last")
    more = message.get_by_role("button", name="Show more")
    await expect(more).to_be_visible()
    await first.press("Shift")  # from now on the focus is moved by keys
    await expect(more).to_be_visible()
    await visitor.page.keyboard.press("Tab")
    await expect(last).to_be_focused()
    await expect(more).to_have_count(0)
    await expect(last).to_be_in_viewport()
