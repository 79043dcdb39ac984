"""What a browser holds is found at once, also what the server has not indexed yet, and without a connection."""

import asyncio

from playwright.async_api import Locator, expect

from dialog.protocol.chats import ClearChat
from dialog.protocol.messages import DeleteMessage, EditMessage, HideMessages
from dialog.protocol.people import AddBlock
from dialog.protocol.receipts import ReadReceipt
from tests.browser.bad_line import BadLine
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.patience import PATIENCE
from tests.people import acknowledged, direct, group, me, username
from tests.records import indexed, record_open
from tests.servers import Suite

PAGE = 20
LONG = 150
# Whatever loses the focus, and rows that go.
LOSES = """panel => {
  window.lost = [];
  panel.addEventListener('focusout', event => window.lost.push(event.target.textContent));
  new MutationObserver(changes => {
    for (const { removedNodes } of changes) for (const one of removedNodes) window.lost.push(one.textContent);
  }).observe(panel.querySelector('ul'), { childList: true });
}"""
ANSWER = '"next":'
"""Stands in what a search is answered with."""


async def searching(visitor: Visitor, where: str) -> tuple[Locator, Locator, Locator]:
    """The panel, its field and what is found."""
    await visitor.page.get_by_role("button", name=where).click()
    panel = visitor.page.get_by_role("region", name="Search")
    return panel, panel.get_by_role("searchbox"), panel.get_by_role("listitem")


async def texts(results: Locator) -> list[str]:
    """What the messages say that were found."""
    return [text.rsplit("\n", 1)[-1] for text in await results.all_inner_texts()]


async def test_what_is_here_is_found_before_the_server_answers(visitors: Visitors, suite: Suite) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    for entry in [ben.send(chat.id, f"ferry no. {number}") for number in range(LONG)]:
        await acknowledged(entry)
    await mia.call(ReadReceipt(chat_id=chat.id, seq=LONG))
    await indexed(suite, chat.id)
    async with BadLine(visitors.url, seed=1) as line:
        line.is_bad = False
        visitor = await visitors.new(url=line.url)
        await visitor.sign_in(username(mia))
        await visitor.open("Ben")
        await visitor.sees(f"no. {LONG - 1}")
        panel, field, results = await searching(visitor, "Search in this chat")
        line.hold(ANSWER)
        await field.fill("NO FERR")
        await expect(results).to_have_count(PAGE)
        await expect(results.first).to_contain_text(f"no. {LONG - 1}")
        await expect(panel.get_by_text(f"{PAGE}+ messages")).to_be_hidden()  # it may be many more
        more = panel.get_by_role("button", name="Show more")
        await expect(more).to_be_hidden()
        async with record_open(suite.servers) as index:
            await index.execute("SELECT seq FROM search_chats WHERE chat_id = %(id)s FOR UPDATE", {"id": chat.id})
            await acknowledged(ben.send(chat.id, "the ferry was just here"))
            await visitor.sees("just here")
            line.hold("")
            await field.fill("ferry")
            await expect(results).to_have_count(PAGE + 1)  # of which the server knows all but one
            await expect(results.first).to_contain_text("just here")
            await expect(panel.get_by_text(f"{PAGE + 1}+ messages")).to_be_visible()
        count = PAGE + 1
        while count <= LONG:
            await more.click()
            count = min(count + PAGE, LONG + 1)
            await expect(results).to_have_count(count)
        await expect(more).to_be_hidden()
        expected = ["the ferry was just here", *(f"ferry no. {number}" for number in reversed(range(LONG)))]
        assert await texts(results) == expected


async def test_offline_only_what_is_here_is_searched(visitors: Visitors, cable: FaultProxy, suite: Suite) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    pair, choir = await direct(ben, mia), await group(mia, ben, title="Choir")
    await acknowledged(ben.send(choir.id, "ferry songs"))
    await acknowledged(mia.send(choir.id, "and others"))
    for text in ("the ferry leaves", "ferry, ferry", "the last ferry"):
        await acknowledged(ben.send(pair.id, text))
    await acknowledged(mia.send(pair.id, "no ferry"))
    await indexed(suite, pair.id, choir.id)
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("the ferry leaves")
    panel, field, results = await searching(visitor, "Search in all chats")
    offline = panel.get_by_text("Offline: only what is already here was searched.")
    cable.cut()
    await visitor.act("no ferry", "Delete")
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await field.fill("ferr")
    await expect(offline).to_contain_text("3 messages")
    assert await texts(results) == ["the last ferry", "ferry, ferry", "the ferry leaves"]
    await field.fill("ferry from:me")
    await expect(panel.get_by_text("Nothing was found")).to_be_visible()
    await expect(offline).to_be_visible()
    await field.fill("from:nobody")
    await expect(panel.get_by_role("alert")).to_contain_text("from:nobody")
    await field.fill("ferry")
    await expect(results).to_have_count(3)
    cable.heal()
    await expect(results).to_have_count(4)
    await expect(results.last).to_contain_text("ferry songs")
    await expect(offline).to_be_hidden()
    cable.cut()
    await expect(visitor.page.get_by_text("Offline. Messages will be sent")).to_be_visible()
    await expect(results).to_have_count(4)  # what the server found stays


async def test_all_that_was_shown_offline_stays(visitors: Visitors, cable: FaultProxy, suite: Suite) -> None:
    """More of it than the server tells at once; and one can go on where one is."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    number = 75
    for entry in [ben.send(chat.id, f"ferry no. {at}") for at in range(number)]:
        await acknowledged(entry)
    await indexed(suite, chat.id)
    await mia.call(ReadReceipt(chat_id=chat.id, seq=number))
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees(f"no. {number - 1}")
    panel, field, results = await searching(visitor, "Search in this chat")
    more = panel.get_by_role("button", name="Show more")
    cable.cut()
    await expect(visitor.page.get_by_text("Offline. Messages will be sent")).to_be_visible()
    await field.fill("ferry")
    await expect(results).to_have_count(PAGE)
    for shown in (2 * PAGE, 3 * PAGE):
        await more.click()
        await expect(results).to_have_count(shown)
    await panel.evaluate(LOSES)
    cable.heal()
    await expect(panel.get_by_text(f"{3 * PAGE}+ messages", exact=True)).to_be_visible()
    await expect(results).to_have_count(3 * PAGE)
    assert await visitor.page.evaluate("lost") == []
    await expect(more).to_be_focused()
    await more.press("Enter")
    await expect(results).to_have_count(number)
    assert await texts(results) == [f"ferry no. {at}" for at in reversed(range(number))]


async def test_what_is_found_here_is_what_the_server_finds(visitors: Visitors, suite: Suite) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    choir, pair = await group(mia, ben, title="Choir"), await direct(ben, mia)
    await acknowledged(ben.send(pair.id, "word cleared"))
    await mia.call(ClearChat(chat_id=pair.id))
    await acknowledged(ben.send(pair.id, "a word in between"))
    await acknowledged(mia.send(choir.id, "Wörd https://word.example"))
    gone, edited, hidden = [
        await acknowledged(ben.send(choir.id, f"word {name}")) for name in ("gone", "edited", "hidden")
    ]
    await ben.call(DeleteMessage(chat_id=choir.id, seq=gone.seq))
    await ben.call(EditMessage(chat_id=choir.id, seq=edited.seq, text="says something else"))
    await mia.call(HideMessages(chat_id=choir.id, seqs=[hidden.seq]))
    await mia.call(AddBlock(user_id=me(ben).id))
    await acknowledged(ben.send(choir.id, "a blocked word"))
    await indexed(suite, choir.id, pair.id)
    async with BadLine(visitors.url, seed=1) as line:
        line.is_bad = False
        visitor = await visitors.new(url=line.url)
        await visitor.sign_in(username(mia))
        await visitor.open("Choir")
        await visitor.sees("Wörd")
        panel, field, results = await searching(visitor, "Search in all chats")
        found = ["Message of a blocked person", "Wörd https://word.example", "a word in between"]
        for typed, expected in {
            "word": found,
            "WORD ": found,
            "from:me word": found[1:2],
            f"from:{username(ben)}": ["Message of a blocked person"] * 2 + ["a word in between"],
            "in:Choir word": found[:2],
            "has:link": found[1:2],
            "word after:2000-01-01": found,
            "word before:2000-01-01": [],
            '"a word"': found[2:],
        }.items():
            line.hold(ANSWER)
            await field.fill(typed)
            await expect(results).to_have_count(len(expected))
            async with asyncio.timeout(PATIENCE):
                while not line.held:
                    await visitor.page.wait_for_timeout(20)
            assert await texts(results) == expected, typed
            line.hold("")
            await line.let_go(line.held)
            count = f"{len(expected)} message{'' if len(expected) == 1 else 's'}"
            await expect(panel.get_by_text(count, exact=True)).to_be_visible()
            assert await texts(results) == expected, typed
