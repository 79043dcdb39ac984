"""What somebody sets about themselves, and who notices."""

import re

from playwright.async_api import expect

from tests.browser.visitors import Visitor, Visitors
from tests.operators import operate
from tests.servers import Suite


async def _open(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Your account").click()
    await visitor.page.get_by_role("menuitem", name="Settings").click()


async def test_profile_status_and_privacy(visitors: Visitors) -> None:
    anna, ben = await visitors.new(), await visitors.new()
    await anna.register("Anna")
    await ben.register("Ben")
    await anna.begin_with(ben.username)
    await anna.say("hello")
    await ben.open("Anna")
    await _open(anna)
    page = anna.page

    profile = page.get_by_role("region", name="Profile")
    await profile.get_by_label("Name").fill("Anna Berg")
    await profile.get_by_label("About you").fill("Tea before noon")
    await profile.get_by_role("button", name="Save").click()
    await expect(ben.row("Anna Berg")).to_be_visible()

    status = page.get_by_role("region", name="Status")
    await status.get_by_label("What others see").select_option("Do not disturb")
    await status.get_by_label("What are you up to?").fill("writing")
    await status.get_by_label("For how long").select_option("For an hour")
    await status.get_by_role("button", name="Save").click()
    await expect(ben.page.get_by_role("main").get_by_text("writing")).to_be_visible()
    await expect(status.get_by_label("For how long")).to_have_value("as_now")

    await page.get_by_label("Who may write to you").select_option("Nobody")
    await page.get_by_label("Show others that I am typing").uncheck()
    other = await visitors.new()
    await other.sign_in(anna.username)
    await _open(other)
    await expect(other.page.get_by_label("Who may write to you")).to_have_value("nobody")
    await expect(other.page.get_by_label("Show others that I am typing")).not_to_be_checked()
    await expect(other.page.get_by_role("textbox", name="About you")).to_have_value("Tea before noon")

    await page.get_by_label("Who may write to you").select_option("Friends")
    await expect(other.page.get_by_label("Who may write to you")).to_have_value("friends")
    await other.page.get_by_role("button", name=re.compile("^Sign out .+")).click()
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_appearance(visitors: Visitors) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    await _open(anna)
    page = anna.page
    await page.get_by_role("region", name="Appearance").get_by_label("Appearance").select_option("Dark")
    await page.get_by_label("Density").select_option("Compact")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")
    await page.get_by_label("Language").select_option("Deutsch")
    await expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()


async def test_a_warning_of_the_operators(visitors: Visitors, suite: Suite) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    other = await visitors.tab(anna.page.context)
    await other.go()
    done = await operate(suite, "warn", "--user", anna.username, "--say", "Be kind", "--why", "rude")
    assert done.code == 0, done.error
    for visitor in (anna, other):
        await expect(visitor.page.get_by_role("alert").filter(has_text="Be kind")).to_be_visible()
    await anna.page.get_by_role("button", name="I have read it").click()
    for visitor in (anna, other):
        await expect(visitor.page.get_by_text("Be kind")).to_be_hidden()
