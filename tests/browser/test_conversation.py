"""What a conversation shows besides its messages, and how one comes to it."""

import json

import pytest
from playwright.async_api import expect

from dialog.protocol.chats import EditChat
from dialog.protocol.invites import CreateInvite
from dialog.protocol.roles import Role
from tests.browser.long_chats import fill, many_groups
from tests.browser.visitors import SHIFTS, Visitors
from tests.faults.proxy import FaultProxy
from tests.operators import operate
from tests.people import direct, group, username
from tests.servers import Suite

SHIFT = 0.02

# Counts the frames in which the floating date was there, and those in which a line beside it said the same.
DATES = """() => {
    window.dates = { shown: 0, doubled: 0 };
    const look = () => {
        requestAnimationFrame(look);
        const date = document.querySelector('[title="Go to a date"]');
        if (!date) return;
        window.dates.shown++;
        const { top, bottom } = date.getBoundingClientRect();
        const isBeside = line => {
            const box = line.getBoundingClientRect();
            return line.textContent === date.textContent && box.bottom > top && box.top < bottom + 30;
        };
        if ([...document.querySelectorAll('[role=log] p')].some(isBeside)) window.dates.doubled++;
    };
    requestAnimationFrame(look);
}"""


async def test_the_date_floats_only_while_it_is_needed(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 60, every=1000)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page
    await page.evaluate(DATES)
    await visitor.open("Ben")
    await visitor.sees("no. 60:")
    await visitor.say("and I")
    await visitor.sees("and I")
    await page.wait_for_timeout(400)
    assert (await page.evaluate("window.dates"))["shown"] == 0
    await page.get_by_role("log").hover()
    await page.mouse.wheel(0, -300)
    await expect(page.get_by_title("Go to a date")).to_have_text("Today")
    await expect(page.get_by_title("Go to a date")).to_be_hidden()
    await page.mouse.wheel(0, -300)
    await expect(page.get_by_title("Go to a date")).to_be_visible()
    await visitor.scroll_to("no. 1:", by=-60)
    await page.mouse.wheel(0, -100)
    await expect(page.get_by_role("log").get_by_text("Today", exact=True)).to_be_in_viewport()
    dates = await page.evaluate("window.dates")
    assert dates["shown"] > 0
    assert dates["doubled"] == 0


@pytest.mark.parametrize("text", [15, 20])
async def test_a_conversation_is_shown_before_it_is_known(visitors: Visitors, cable: FaultProxy, text: int) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "hello")
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    page = visitor.page
    await page.evaluate("text => localStorage.setItem('dialog.preferences', JSON.stringify({ text }))", text)
    await page.evaluate("navigator.serviceWorker.ready")
    await page.goto("about:blank")
    await page.add_init_script(SHIFTS)
    cable.cut()
    await visitor.go(f"/c/{chat.id}")
    main = page.get_by_role("main")
    await expect(main.locator("[aria-busy=true]")).to_be_visible()
    await page.wait_for_timeout(300)
    parts = [main.locator("header"), main.locator("[class*=box]")]
    before = [(await part.bounding_box() or {})["height"] for part in parts]
    cable.heal()
    await visitor.sees("hello")
    await expect(main.locator("[aria-busy=true]")).to_have_count(0)
    after = [(await part.bounding_box() or {})["height"] for part in parts]
    assert after == pytest.approx(before, abs=0.5)  # a line to write in is as high as whole pixels
    shifts = await page.evaluate("window.shifts")
    assert sum(value for value, *_ in shifts) <= SHIFT, shifts


async def test_messages_tell_where_they_stand(visitors: Visitors) -> None:
    """Of all there are, and not only of those that are elements."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], 200)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await expect(visitor.message("no. 200:")).to_have_attribute("aria-posinset", "200")
    await expect(visitor.message("no. 200:")).to_have_attribute("aria-setsize", "-1")


async def test_a_long_description_is_folded(visitors: Visitors) -> None:
    [ada, mia] = await visitors.people.join("ada", "mia")
    chat = await group(mia, title="Ferry")
    description = "Everything about the ferry. " * 34 + "The end."
    await mia.call(EditChat(chat_id=chat.id, description=description))
    invite = await mia.call(CreateInvite(chat_id=chat.id))
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ferry")
    page = visitor.page
    await page.get_by_role("button", name="Group").click()
    panel = page.locator("[data-region=panel]")
    more = panel.get_by_role("button", name="Show more")
    folded = await panel.get_by_text("The end.").evaluate("text => text.parentElement.clientHeight")
    await more.click()
    await expect(more).to_be_hidden()
    assert await panel.get_by_text("The end.").evaluate("text => text.parentElement.clientHeight") > folded

    newcomer = await visitors.new(viewport={"width": 320, "height": 640})
    await newcomer.sign_in(username(ada))
    await newcomer.go(f"/join/{invite.token}")
    dialog = newcomer.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Show more").click()
    await expect(dialog.get_by_role("button", name="Show more")).to_be_hidden()
    await expect(dialog.get_by_text("The end.")).to_be_visible()


async def test_a_message_is_forwarded_to_one_of_many_chats(visitors: Visitors) -> None:
    [ada, ben, mia] = await visitors.people.join("ada", "ben", "mia")
    await many_groups(visitors.people.suite.servers, mia, 120)
    news = await group(ada, mia, title="News")
    await ada.call(EditChat(chat_id=news.id, may_send=Role.ADMIN))
    await ben.send((await direct(ben, mia)).id, "shall we meet?")
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.act("shall we meet?", "Forward")
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog.get_by_role("listitem")).to_have_count(50)
    await expect(dialog.get_by_text("71 more chats.")).to_be_attached()
    # Only where one may write.
    await dialog.get_by_role("searchbox").fill("News")
    await expect(dialog.get_by_text("No chat is called that")).to_be_visible()
    await dialog.get_by_role("searchbox").fill("group 0119")
    await expect(dialog.get_by_text("more chat")).to_have_count(0)
    await dialog.get_by_role("button", name="Group 0119").click()
    await visitor.sees("shall we meet?")


async def test_a_message_is_reported_with_what_was_said_before(visitors: Visitors, suite: Suite) -> None:
    [anna, ben] = await visitors.people.join("anna", "ben")
    chat = await direct(anna, ben)
    for text in ("hello", "buy this"):
        await ben.send(chat.id, text)
    visitor = await visitors.new()
    page = visitor.page
    await visitor.sign_in(username(anna))
    await visitor.open("Ben")
    await visitor.message("buy this").click(button="right")
    await page.get_by_role("menuitem", name="Report").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Report a message of Ben")).to_be_visible()
    await dialog.get_by_label("Also send them the five messages before it").check()
    await dialog.get_by_role("button", name="Report").click()
    await expect(page.get_by_text("Reported. Thank you.")).to_be_visible()
    [report] = json.loads((await operate(suite, "--json", "reports", "--user", username(ben))).out)["reports"]
    opened = await operate(suite, "report", f"{report['id']}", "--why", "looking into it")
    assert "buy this" in opened.out
    assert "hello" in opened.out


async def test_what_one_keeps_for_oneself(visitors: Visitors) -> None:
    [anna] = await visitors.people.join("anna")
    visitor, other = await visitors.new(), await visitors.new()
    for one in (visitor, other):
        await one.sign_in(username(anna))
    await visitor.page.get_by_role("button", name="Your account").click()
    await visitor.page.get_by_role("menuitem", name="Saved messages").click()
    await visitor.say("milk, bread")
    await expect(other.row("Saved messages")).to_contain_text("milk, bread")
    await other.page.keyboard.press("Control+k")
    await other.page.get_by_role("combobox", name="Find a person").fill("saved")
    await other.page.keyboard.press("Enter")
    await other.sees("milk, bread")
