"""Coming in and going: what somebody came for is not forgotten on the way, nor what they leave behind."""

import asyncio
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, Route, expect

from dialog.protocol.invites import CreateInvite
from dialog.protocol.settings import EditSettings, Whom
from tests.browser.test_stories_leader import NO_WORKER
from tests.browser.visitors import Visitor, Visitors, refuse_for_rate
from tests.people import PASSWORD, direct, group, username


async def _invited(visitors: Visitors) -> tuple[Visitor, str]:
    """Somebody who follows a link to a group, and the username of somebody who is not in it."""
    [ada, ben] = await visitors.people.join("ada", "ben")
    link = await ada.call(CreateInvite(chat_id=(await group(ada, title="Choir")).id))
    visitor = await visitors.new()
    await visitor.go(f"/join/{link.token}")
    await expect(visitor.page.get_by_role("heading", name="Sign in to Dialog")).to_be_visible()
    return visitor, username(ben)


async def _joins(visitor: Visitor) -> None:
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Join", exact=True).click()
    await expect(visitor.page.get_by_role("main").get_by_role("heading", name="Choir")).to_be_visible()


async def test_an_invite_leads_into_the_group_through_registration(visitors: Visitors) -> None:
    visitor, _ = await _invited(visitors)
    await visitor.page.get_by_role("link", name="Create an account").click()
    await visitor.make_account("Cleo")
    await _joins(visitor)


async def test_an_invite_leads_into_the_group_through_another_way_in(visitors: Visitors) -> None:
    visitor, known = await _invited(visitors)
    page = visitor.page
    await page.get_by_role("link", name="Use your recovery key").click()
    await page.get_by_role("link", name="Back").click()
    await page.get_by_label("Username").fill(known)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await _joins(visitor)


async def test_the_recovery_key_is_not_lost_on_the_way(visitors: Visitors) -> None:
    visitor = await visitors.new()
    page = visitor.page
    await visitor.go()
    await page.get_by_role("link", name="Create an account").click()
    await visitor.fill_in("Dora")
    await expect(page.get_by_test_id("recovery-key")).to_be_visible()
    await page.go_back()
    await visitor.keep_key()
    await visitor.arrives()


async def test_signing_out_with_something_unsent(visitors: Visitors) -> None:
    [ada, ben] = await visitors.people.join("ada", "ben")
    await direct(ada, ben)
    await ben.call(EditSettings(who_may_write=Whom.NOBODY))  # heard of everywhere by the time somebody has signed in
    visitor = await visitors.new()
    await visitor.sign_in(username(ada))
    await visitor.open("Ben")
    page = visitor.page
    question = page.get_by_role("dialog").filter(has_text="has not reached the server yet")
    await visitor.say("are you there?")
    await expect(visitor.message("are you there?")).to_contain_text("Not sent")
    await visitor.sign_out()
    await question.get_by_role("button", name="Cancel").click()
    await expect(visitor.message("are you there?")).to_be_visible()
    await visitor.message("are you there?").get_by_role("button", name="Discard").click()
    await visitor.sign_out()
    await visitor.is_out()
    await expect(question).to_be_hidden()


async def test_without_encryption(visitors: Visitors) -> None:
    """Browsers keep from such pages what the app cannot do without: it says so, instead of nothing at all."""
    visitor = await visitors.new(url="http://dialog.example")

    async def fetch(route: Route) -> None:
        response = await route.fetch(url=visitors.url + urlsplit(route.request.url).path)
        # Of this one the browser complains where there is no encryption.
        headers = {name: value for name, value in response.headers.items() if name != "cross-origin-opener-policy"}
        await route.fulfill(response=response, headers=headers)

    await visitor.page.route("http://dialog.example/**", fetch)
    await visitor.go()
    await expect(visitor.page.get_by_role("heading", name="Dialog needs a secure connection")).to_be_visible()


WAYS_IN = {
    "/sign-in": ("session.open", "Sign in", ("username", "password")),
    "/register": ("account.register", "Create account", ("name", "username", "password")),
    "/recover": ("recovery.use", "Set password", ("username", "recovery-key", "new-password")),
}


@pytest.mark.parametrize("path", WAYS_IN)
async def test_a_wait_runs_down(visitors: Visitors, path: str) -> None:
    """It is seen running down and heard once; until it is over the form cannot be sent."""
    command, action, fields = WAYS_IN[path]
    visitor = await visitors.new()
    page = visitor.page
    await page.clock.install()
    await visitor.go(path)
    for field in fields:
        await page.locator(f"input[name={field}]").fill("some.body.else")
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))
    await refuse_for_rate(page, command, seconds=41.5)
    button = page.get_by_role("button", name=action, exact=True)
    await button.click()
    left, heard = page.get_by_test_id("wait"), page.get_by_role("alert")
    await expect(left).to_contain_text("Try again in 0:42")
    await expect(button).to_be_disabled()
    await expect(heard).to_have_text("That was a bit fast. Try again in 42 seconds.")
    await page.clock.run_for(12_000)
    await expect(left).to_contain_text("Try again in 0:30")
    await expect(heard).to_have_text("That was a bit fast. Try again in 42 seconds.")
    await expect(button).to_be_disabled()
    await page.clock.run_for(30_000)
    await expect(left).to_be_hidden()
    await expect(heard).to_be_hidden()
    await expect(button).to_be_enabled()


async def test_a_wait_of_hours_is_said_in_words(visitors: Visitors) -> None:
    visitor = await visitors.new()
    await visitor.go()
    page = visitor.page
    await page.get_by_label("Username").fill("some.body.else")
    await page.get_by_label("Password").fill(PASSWORD)
    await refuse_for_rate(page, "session.open", seconds=7200)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_test_id("wait")).to_have_text("That was a bit fast. Try again in 2 hours.")


KEPT = "Object.values(localStorage).some(value => value.includes('login_token'))"


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("engine", ["worker", "tab"])
async def test_staying_signed_in(visitors: Visitors, engine: str, stays: bool) -> None:
    """Whoever does not want to stay is signed in until the browser is closed, in all tabs; then nothing is left."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    visitor = await visitors.new()
    context = visitor.page.context
    if engine == "tab":
        await context.add_init_script(NO_WORKER)
    await visitor.go()
    await visitor.page.get_by_label("Keep me signed in").set_checked(stays)
    await visitor.fill_in_session(username(mia))
    await visitor.arrives()
    assert await visitor.page.evaluate(KEPT) is stays
    await visitor.page.reload()
    await visitor.arrives()
    await expect(visitor.row("Ben")).to_be_visible()

    other = await visitors.tab(context)
    await other.go()
    await expect(other.row("Ben")).to_be_visible()
    await visitor.page.close()
    await other.page.reload()
    await expect(other.row("Ben")).to_be_visible()
    assert await other.page.evaluate(KEPT) is stays

    # What a browser that is opened again still has.
    later = await visitors.new(storage_state=await context.storage_state(indexed_db=True))
    await later.go()
    if stays:
        await later.arrives()
    else:
        await expect(later.page.get_by_role("heading", name="Sign in to Dialog")).to_be_visible()
        assert await later.page.evaluate("localStorage.length") == 0


async def test_registering_without_staying(visitors: Visitors) -> None:
    visitor = await visitors.new()
    page = visitor.page
    await visitor.go("/register")
    stay = page.get_by_label("Keep me signed in")
    await expect(stay).to_be_checked()
    await visitor.fill_in("Dora", stays=False)
    await visitor.keep_key()
    await visitor.arrives()
    assert await page.evaluate(KEPT) is False
    other = await visitors.tab(page.context)
    await other.go()
    await other.arrives()
    await other.sign_out()
    for one in (page, other.page):
        await expect(one.get_by_role("heading", name="Sign in to Dialog")).to_be_visible()
        assert await one.evaluate("sessionStorage.length + localStorage.length") == 0


def _asked(page: Page) -> list[str]:
    """The usernames that are asked about, as it happens."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/username.check"):
            asked.append((request.post_data_json or {})["username"])

    page.on("request", note)
    return asked


async def test_whether_a_username_is_free(visitors: Visitors) -> None:
    [ada] = await visitors.people.join("ada")
    visitor = await visitors.new()
    page = visitor.page
    await visitor.go("/register")
    asked = _asked(page)
    field, answer = page.get_by_label("Username"), page.get_by_test_id("availability")
    free = f"dora.{secrets.token_hex(4)}"
    await field.fill("a")
    await field.fill(".not.a.name.")
    await field.fill(free)
    await expect(answer).to_have_text("This username is free.")
    await expect(answer).to_have_attribute("aria-live", "polite")
    await field.fill(username(ada))
    await expect(answer).to_have_text("This username is taken. Choose another one.")
    await field.fill("adm1n")
    await expect(answer).to_have_text("This username is reserved. Choose another one.")
    assert asked == [free, username(ada), "adm1n"]

    # However it is written, and wherever in it one writes.
    await field.fill(f" @{free.upper()}")
    await expect(answer).to_have_text("This username is free.")
    assert asked[3:] == [free]
    await field.fill("dra")
    await field.press("ArrowLeft")
    await field.press_sequentially("RO")
    await expect(field).to_have_value("drROa")


async def test_answers_about_usernames_that_are_late_or_missing(visitors: Visitors) -> None:
    [ada] = await visitors.people.join("ada")
    visitor = await visitors.new()
    page = visitor.page
    held: list[Route] = []

    async def hold(route: Route) -> None:
        if username(ada) in (route.request.post_data or ""):
            held.append(route)
        else:
            await route.continue_()

    await page.route("**/api/username.check", hold)
    await visitor.go("/register")
    field, answer = page.get_by_label("Username"), page.get_by_test_id("availability")
    async with page.expect_request("**/api/username.check"):
        await field.fill(username(ada))
    await field.fill("adm1n")
    await expect(answer).to_have_text("This username is reserved. Choose another one.")
    async with page.expect_response("**/api/username.check"):
        await held[0].continue_()
    await expect(answer).to_have_text("This username is reserved. Choose another one.")

    await refuse_for_rate(page, "username.check", seconds=20)
    async with page.expect_response("**/api/username.check"):
        await field.fill(free := f"eve.{secrets.token_hex(4)}")
    await expect(answer).to_have_text("")
    await expect(page.get_by_text("3 to 32 of a–z")).to_be_visible()
    await page.unroute("**/api/username.check")

    # Somebody else was quicker.
    await visitor.fill_in("Eve", username=free)
    await visitor.keep_key()
    rival = await visitors.new()
    await rival.go("/register")
    await rival.page.route("**/api/username.check", lambda route: route.fulfill(json={}))
    await rival.fill_in("Eve", username=free)
    await expect(rival.page.get_by_role("alert")).to_have_text("This username is taken. Choose another one.")
    await rival.page.get_by_label("Username").fill(f"{free}2")
    await expect(rival.page.get_by_test_id("availability")).to_have_text("This username is free.")


async def test_a_password_can_be_looked_at(visitors: Visitors) -> None:
    visitor = await visitors.new()
    page = visitor.page
    await visitor.go()
    field = page.get_by_label("Password")
    await field.fill(PASSWORD)
    await expect(field).to_have_attribute("type", "password")
    await page.get_by_role("button", name="Show what is written").click()
    await expect(field).to_have_attribute("type", "text")
    await expect(field).to_have_value(PASSWORD)
    await page.get_by_role("button", name="Hide what is written").click()
    await expect(field).to_have_attribute("type", "password")

    await field.dispatch_event("keyup", {"key": "A", "modifierCapsLock": True})
    await expect(field).to_have_accessible_description("Caps lock is on")
    await field.press("a")
    await expect(field).to_have_accessible_description("")


async def test_something_is_seen_while_the_app_is_on_its_way(visitors: Visitors) -> None:
    visitor = await visitors.new(service_workers="block")
    come = asyncio.Event()

    async def hold(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await visitor.page.route("**/assets/*.js", hold)
    await visitor.page.goto(visitor.url, wait_until="commit")
    logo = visitor.page.locator("img[src='/icon.svg']")
    await expect(logo).to_be_in_viewport()
    come.set()
    await expect(visitor.page.get_by_role("heading", name="Sign in to Dialog")).to_be_visible()
    await expect(logo).to_have_count(0)
