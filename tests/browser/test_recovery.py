"""A forgotten password: the recovery key is the way back in, and works once."""

from playwright.async_api import expect

from tests.browser.visitors import Visitor, Visitors

ANOTHER = "eight green teapots whistle"


async def _key(visitor: Visitor) -> str:
    return await visitor.page.get_by_test_id("recovery-key").inner_text()


async def _recover(visitor: Visitor, username: str, key: str) -> None:
    """From where one signs in."""
    page = visitor.page
    await page.get_by_role("link", name="Use your recovery key").click()
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Recovery key", exact=True).fill(key)
    await page.get_by_label("New password", exact=True).fill(ANOTHER)
    await page.get_by_role("button", name="Set password").click()


async def test_a_new_password_by_the_recovery_key(visitors: Visitors) -> None:
    anna, other = await visitors.new(), await visitors.new()
    await anna.go("/register")
    await anna.fill_in("Anna")
    first = await _key(anna)
    await anna.keep_key()
    await anna.arrives()
    await other.sign_in(anna.username)
    await anna.sign_out()
    await anna.is_out()

    await _recover(anna, anna.username, first)
    assert await _key(anna) != first
    await anna.keep_key()
    await anna.arrives()
    await other.is_out()

    await anna.sign_out()
    await anna.is_out()
    problem = anna.page.get_by_role("alert")
    await anna.fill_in_session(anna.username)
    await expect(problem).to_have_text("The username or the password is wrong. Check both and try again.")
    await anna.fill_in_session(anna.username, ANOTHER)
    await anna.arrives()

    await _recover(other, anna.username, first)
    problem = other.page.get_by_role("alert")
    await expect(problem).to_have_text("The username or the recovery key is wrong. Check both and try again.")
