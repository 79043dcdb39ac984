"""Two people with a browser each: the story that everything else is built on."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors


async def test_register_chat_edit_react_reply_delete(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")

    await anna.begin_with(ben.username)
    await anna.say("hello **Ben**")
    await expect(ben.row("Anna")).to_contain_text("hello Ben")
    await expect(ben.row("Anna").get_by_label("1 unread message")).to_be_visible()
    await ben.open("Anna")
    await expect(ben.row("Anna").get_by_label("1 unread message")).to_be_hidden()
    await expect(ben.message("hello").locator("strong")).to_have_text("Ben")
    await expect(anna.message("hello").get_by_label("Read", exact=True)).to_be_visible()

    await ben.composer.press_sequentially("tea?")
    await expect(anna.page.get_by_role("main").get_by_text("typing…")).to_be_visible()
    await ben.composer.press("Enter")
    await anna.sees("tea?")

    await anna.act("tea?", "React with 👍")
    await expect(ben.message("tea?").get_by_role("button", name="👍, 1 person")).to_be_visible()
    await anna.act("tea?", "Reply")
    await anna.say("yes, at four")
    await expect(ben.message("yes, at four")).to_contain_text("tea?")

    await anna.composer.press("ArrowUp")
    await expect(anna.composer).to_have_value("yes, at four")
    await anna.say("yes, at five")
    await expect(ben.message("yes, at five")).to_contain_text("edited")

    await anna.act("hello", "Delete")
    await anna.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(ben.message("This message was deleted")).to_be_visible()
    await expect(ben.message("hello")).to_be_hidden()


async def test_a_reload_finds_all_as_it_was(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")
    await anna.begin_with(ben.username)
    for number in range(3):
        await anna.say(f"line {number}")
    await anna.sees("line 2")
    await anna.composer.fill("half a thou")
    await expect(anna.message("line 2").get_by_label("Delivered", exact=True)).to_be_visible()
    await anna.page.reload()
    await anna.sees("line 0", "line 1", "line 2")
    await expect(anna.composer).to_have_value("half a thou")


async def test_signing_out_in_one_tab_is_signing_out_in_all(visitors: Visitors) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    other = await visitors.tab(anna.page.context)
    await other.go()
    await other.arrives()
    await anna.sign_out()
    for visitor in (anna, other):
        await expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert await anna.page.evaluate("localStorage.getItem('dialog.session')") is None
