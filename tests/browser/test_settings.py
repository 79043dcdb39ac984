"""What somebody sets about themselves, and who notices."""

import re
import tomllib

import pytest
from playwright.async_api import expect

from deploy.local.settings import ROOT
from tests.browser.visitors import Visitor, Visitors
from tests.operators import operate
from tests.people import PASSWORD, acknowledged, befriend, direct, group, username
from tests.servers import Suite

# A finger draws it aside and lets it go.
DRAW = """message => {
  const [x, y] = [200, 20];
  const at = (type, clientX) =>
    message.dispatchEvent(new PointerEvent(type, { pointerType: 'touch', clientX, clientY: y, bubbles: true }));
  at('pointerdown', x);
  at('pointermove', x + 40);
  at('pointerup', x + 40);
  return message.getAnimations().length > 0;
}"""
# Something with an animation of a style sheet, with one before it, and with a transition.
OPEN = """body => {
  const one = document.createElement('div');
  const style = new CSSStyleSheet();
  style.replaceSync('@keyframes come {} .coming, .coming::before { content: ""; animation: come 9s; transition: 9s }');
  document.adoptedStyleSheets.push(style);
  one.className = 'coming';
  body.append(one);
  const kinds = ['', '::before'].map(part => getComputedStyle(one, part));
  const moving = kinds.map(kind => kind.animationName === 'come' && kind.transitionDuration === '9s');
  one.remove();
  if (moving[0] !== moving[1]) throw new Error('only one of the two moves');
  return moving[0];
}"""


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
    await page.get_by_role("region", name="Appearance").get_by_label("Theme").select_option("Dark")
    await page.get_by_label("Density").select_option("Compact")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")
    await page.get_by_label("Language").select_option("Deutsch")
    await expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()


async def test_less_motion(visitors: Visitors) -> None:
    """As the device has it, or always; for style sheets and scripts alike."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    await ben.send((await direct(ben, mia)).id, "hello")
    anna = await visitors.new(reduced_motion="no-preference", has_touch=True)
    await anna.sign_in(username(mia))
    page, root = anna.page, anna.page.locator("html")

    async def moves(expected: bool) -> None:
        """What opens, and what a finger lets go."""
        await anna.open("Ben")
        for locator, play in ((anna.message("hello"), DRAW), (page.locator("body"), OPEN)):
            assert await locator.evaluate(play) is expected, play
        await _open(anna)

    await expect(root).to_have_attribute("data-motion", "full")
    await moves(True)
    await page.emulate_media(reduced_motion="reduce")
    await expect(root).to_have_attribute("data-motion", "reduced")
    await moves(False)
    await page.emulate_media(reduced_motion="no-preference")
    await expect(root).to_have_attribute("data-motion", "full")
    await page.get_by_label("Motion").select_option("Reduced")
    await moves(False)
    await page.reload()
    await expect(page.get_by_label("Motion")).to_have_value("reduced")
    await moves(False)


async def test_about(visitors: Visitors) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    await _open(anna)
    about = anna.page.get_by_role("region", name="About Dialog")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    await expect(about.get_by_text(re.compile(rf"^Version {re.escape(version)} \([\w-]{{8}}\)$"))).to_be_visible()
    async with anna.page.expect_popup() as opened:
        await about.get_by_role("link", name="Privacy policy").click()
    await expect((await opened.value).get_by_role("heading", name="Privacy policy")).to_be_visible()


async def test_ones_own_card(visitors: Visitors) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    await _open(anna)
    page = anna.page
    profile = page.get_by_role("region", name="Profile")
    await profile.get_by_label("About you").fill("Tea before noon")
    await profile.get_by_role("button", name="Save").click()
    await page.get_by_label("Who sees your picture").select_option("Friends")
    await page.get_by_role("button", name="Your card as others see it").click()
    card = page.get_by_role("dialog", name="Anna")
    await expect(card.get_by_text(f"@{anna.username}")).to_be_visible()
    await expect(card.get_by_text("Tea before noon")).to_be_visible()
    await expect(card.get_by_text("what you say about yourself: Friends")).to_be_visible()
    await expect(card.get_by_role("button", name="Message")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()
    await expect(page.get_by_role("button", name="Your card as others see it")).to_be_focused()


WATCH = """() => {
    window.ran = [];
    addEventListener('transitionrun', event => ran.push(`${event.propertyName} of ${event.target.className}`));
}"""


@pytest.mark.parametrize("by", ["the person", "the device"])
async def test_another_theme_is_there_at_once(visitors: Visitors, by: str) -> None:
    """No text in its new colour stands on what still has the old one."""
    visitor = await visitors.new(color_scheme="light", reduced_motion="no-preference")
    await visitor.register("Anna")
    await _open(visitor)
    page = visitor.page
    theme = page.get_by_label("Theme")
    await theme.focus()
    await page.evaluate(WATCH)
    if by == "the device":
        await page.emulate_media(color_scheme="dark")
    else:
        await theme.select_option("Dark")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(11, 20, 23)")
    await page.wait_for_timeout(300)
    assert await page.evaluate("ran") == []
    await page.get_by_role("button", name="Show keyboard shortcuts").hover()
    await page.wait_for_function("ran.length > 0")


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


async def test_another_password(visitors: Visitors) -> None:
    anna = await visitors.new()
    await anna.register("Anna")
    other = await visitors.new()
    await other.sign_in(anna.username)
    await _open(anna)
    part = anna.page.get_by_role("region", name="Password")
    current, wanted = part.get_by_label("Password you have"), part.get_by_label("New password")
    await current.fill("not this one at all")
    await wanted.fill("eight green teapots whistle")
    await part.get_by_role("button", name="Change password").click()
    await expect(part.get_by_role("alert")).to_have_text("That is not your password.")
    await current.fill(PASSWORD)
    await wanted.fill("short")
    await part.get_by_role("button", name="Change password").click()
    await expect(part.get_by_role("alert")).to_be_visible()
    await wanted.fill("eight green teapots whistle")
    await part.get_by_role("button", name="Change password").click()
    await expect(anna.page.get_by_text("Your password was changed")).to_be_visible()
    await expect(current).to_have_value("")
    await expect(other.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_a_menu_leaves_what_opened_it_in_sight(visitors: Visitors) -> None:
    """Whoever taps twice would else choose from it, and what is last there signs them out."""
    anna = await visitors.new(viewport={"width": 320, "height": 640})
    await anna.register("Anna")
    account = anna.page.get_by_role("button", name="Your account")
    await account.click()
    [menu, opener] = [await one.bounding_box() or {} for one in (anna.page.get_by_role("menu"), account)]
    assert menu["y"] + menu["height"] <= opener["y"]


async def test_all_other_devices_are_signed_out(visitors: Visitors) -> None:
    anna, *others = [await visitors.new() for _ in range(3)]
    await anna.register("Anna")
    for other in others:
        await other.sign_in(anna.username)
    await _open(anna)
    part = anna.page.get_by_role("region", name="Devices")
    await expect(part.get_by_role("listitem")).to_have_count(3)
    await part.get_by_role("button", name="Sign out all other devices").click()
    for other in others:
        await other.is_out()
    await expect(part.get_by_role("listitem")).to_have_count(1)
    await expect(part.get_by_role("listitem")).to_contain_text("This device")
    await anna.page.reload()
    await expect(part.get_by_role("listitem")).to_have_count(1)


async def test_who_is_invisible_is_offline_to_friends(visitors: Visitors) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    await befriend(anna, ben)
    await direct(anna, ben)
    one, friend = await visitors.new(), await visitors.new()
    await one.sign_in(username(anna))
    await friend.sign_in(username(ben))
    await friend.open("Anna")
    main = friend.page.get_by_role("main")
    online, offline = [main.get_by_text(shown, exact=True) for shown in ("online", "offline")]
    await expect(online).to_be_visible()

    await _open(one)
    status = one.page.get_by_role("region", name="Status")
    await status.get_by_label("What others see").select_option("Invisible")
    await expect(status.get_by_text("Others see you as offline")).to_be_visible()
    await status.get_by_role("button", name="Save").click()
    await expect(offline).to_be_visible()
    await one.open("Ben")
    await one.say("still here")
    await friend.sees("still here")
    await expect(offline).to_be_visible()

    await one.page.get_by_role("button", name="Your account").click()
    await expect(one.page.get_by_role("menuitemradio", name="Invisible")).to_be_checked()
    await one.page.get_by_role("menuitemradio", name="Online").click()
    await expect(online).to_be_visible()


async def test_whoever_shows_no_receipts_is_not_waited_for(visitors: Visitors) -> None:
    """Nor do they see those of others."""
    [ben, cleo, mia] = await visitors.people.join("ben", "cleo", "mia")
    chat = await group(ben, cleo, mia, title="Choir")
    writer, reader = await visitors.new(), await visitors.new()
    for visitor, person in ((writer, ben), (reader, mia)):
        await visitor.sign_in(username(person))
        await visitor.open("Choir")
    shown = reader.page.get_by_label("Show others how far I have read")

    async def say(text: str) -> None:
        """All of them have read it, as far as they can."""
        said = await acknowledged(ben.send(chat.id, text))
        await reader.sees(text)
        await cleo.wait_for(lambda: cleo.state.chats[chat.id].chat.head_seq >= said.seq)
        await cleo.read(chat.id)

    first, second = writer.message("at six?"), writer.message("at seven?")
    await say("at six?")
    await expect(first.get_by_title("Read by 2 of 2")).to_be_visible()
    await _open(reader)
    await shown.uncheck()
    await expect(first.get_by_title("Read by 1 of 1")).to_be_visible()
    await reader.open("Choir")
    await say("at seven?")
    await expect(second.get_by_title("Read by 1 of 1")).to_be_visible()
    await reader.say("gladly")
    await writer.sees("gladly")
    await expect(reader.message("gladly").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(reader.message("gladly").get_by_title("Read by")).to_have_count(0)

    await _open(reader)
    await shown.check()
    await expect(second.get_by_title("Read by 2 of 2")).to_be_visible()
    await reader.open("Choir")
    await expect(reader.message("gladly").get_by_title(re.compile("Read by . of 2"))).to_be_visible()


async def test_of_two_neither_sees_how_far_the_other_has_read(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "tea?")
    writer, reader = await visitors.new(), await visitors.new()
    for visitor, person, other in ((writer, ben, "Mia"), (reader, mia, "Ben")):
        await visitor.sign_in(username(person))
        await visitor.open(other)
    await reader.say("at four")
    marks = [writer.message("tea?"), reader.message("at four")]
    for mark in marks:
        await expect(mark.get_by_label("Read", exact=True)).to_be_visible()
    await _open(reader)
    await reader.page.get_by_label("Show others how far I have read").uncheck()
    await expect(marks[0].get_by_label("Sent", exact=True)).to_be_visible()
    await reader.open("Ben")
    await expect(marks[1].get_by_label("Sent", exact=True)).to_be_visible()
