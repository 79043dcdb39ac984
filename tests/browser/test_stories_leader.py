"""Without a SharedWorker one tab leads: the others go on when it is closed, or asleep."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from dialog.client import Client
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.metrics import metric
from tests.people import direct, sees, username
from tests.servers import Suite

NO_WORKER = "delete globalThis.SharedWorker"


async def _tabs(visitors: Visitors, person: Client, partner: str) -> list[Visitor]:
    """Two tabs of somebody, with the chat open in both; the first one leads."""
    first = await visitors.new()
    context = first.page.context
    await first.page.add_init_script(NO_WORKER)
    second = await visitors.tab(context)
    await second.page.add_init_script(NO_WORKER)
    await first.sign_in(username(person))
    await first.open(partner)
    await second.go(first.page.url.removeprefix(first.url))
    await expect(second.page.get_by_role("main").get_by_role("heading", name=partner)).to_be_visible()
    return [first, second]


async def _freeze(context: BrowserContext, page: Page, state: str) -> None:
    session = await context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": state})


@pytest.mark.parametrize("script", ["", NO_WORKER])
async def test_all_tabs_share_one_socket(visitors: Visitors, suite: Suite, cable: FaultProxy, script: str) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    await direct(ben, mia)
    first = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await first.page.context.add_init_script(script)
    await first.sign_in(username(mia))
    for _ in range(2):
        other = await visitors.tab(first.page.context, first.url)
        await other.go()
        await other.open("Ben")
        await other.say("hello")
        await expect(other.message("hello").last.get_by_label("Sent", exact=True)).to_be_visible()
    assert await metric(suite, "dialog_gateway_sockets", f"gateway-behind-{cable.port}") == pytest.approx(1)


async def test_another_tab_leads_when_the_leader_is_closed(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "before")
    first, second = await _tabs(visitors, mia, "Ben")
    await first.say("said in the first")
    await second.sees("said in the first")
    await expect(second.composer).to_have_value("")  # what was begun in the first may have been seen here
    await second.say("said in the second")
    await second.sees("before", "said in the first", "said in the second")
    await second.composer.press_sequentially("as the")
    await first.page.close()
    await second.composer.press_sequentially(" other goes")
    await second.page.keyboard.press("Enter")
    await ben.send(chat.id, "heard after")
    await second.sees("heard after", "as the other goes")
    await second.say("said after")
    expected = ["before", "said in the first", "said in the second"]
    await ben.wait_for(lambda: len(ben.state.chats[chat.id].messages) == 6)
    said = [message.text for message in ben.state.chats[chat.id].messages.values()]
    assert said[:3] == expected
    assert sorted(said[3:]) == ["as the other goes", "heard after", "said after"]
    await expect(second.page.get_by_role("log").get_by_role("article")).to_contain_text(said)
    third = await visitors.tab(second.page.context)
    await third.page.add_init_script(NO_WORKER)
    await third.go()
    await third.arrives()
    await second.page.get_by_role("button", name="Your account").click()
    await second.page.get_by_role("menuitem", name="Sign out").click()
    for visitor in (second, third):
        await expect(visitor.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


async def test_another_tab_leads_while_the_leader_sleeps(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "before")
    first, second = await _tabs(visitors, mia, "Ben")
    await second.page.bring_to_front()
    await _freeze(first.page.context, first.page, "frozen")
    await second.say("to one asleep")
    await ben.send(chat.id, "still there?")
    await second.sees("to one asleep", "still there?")
    await ben.wait_for(lambda: len(ben.state.chats[chat.id].messages) == 3)
    await second.say("all is well")
    await _freeze(first.page.context, first.page, "active")
    await first.page.bring_to_front()
    await first.sees("all is well")
    await first.say("awake again")
    for visitor in (first, second):
        log = visitor.page.get_by_role("log").get_by_role("article")
        await expect(log).to_have_count(5)
        await expect(log.last).to_contain_text("awake again")
    await ben.wait_for(lambda: len(ben.state.chats[chat.id].messages) == 5)
    texts = [message.text for message in ben.state.chats[chat.id].messages.values()]
    assert sorted(texts) == sorted(["before", "to one asleep", "still there?", "all is well", "awake again"])
    await sees(ben, chat.id, *texts)
