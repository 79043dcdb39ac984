"""What the web client holds after a long day, the engine in the page with it."""

from playwright.async_api import CDPSession, Page, expect

from tests.browser.long_chats import fill
from tests.browser.visitors import Visitors
from tests.people import acknowledged, group, username

CHATS = 50
HEAP = 60e6
ELEMENTS = 2500
ROUNDS = 10
EACH = 10
"""Messages that one person may send at once."""
GROWTH = 500
"""Bytes with each message more."""

GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"


async def _heap(session: CDPSession) -> float:
    """Bytes that the page holds."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    return (await session.send("Runtime.getHeapUsage"))["usedSize"]


async def _elements(page: Page) -> int:
    count: int = await page.evaluate("document.querySelectorAll('*').length")
    return count


async def test_many_chats_and_messages(visitors: Visitors) -> None:
    [mia, *others] = await visitors.people.crowd(1 + CHATS)
    visitor = await visitors.new()
    page = visitor.page
    await page.add_init_script("delete globalThis.SharedWorker")
    chats = []
    for number, other in enumerate(others):
        chat = await group(other, mia, title=f"Pier {number:02}")
        await fill(visitors.people.suite.servers, chat.id, [other, mia], 300)
        chats.append(chat.id)
    await visitor.sign_in(username(mia))
    elements = 0
    for chat_id in chats:
        await page.evaluate(GO, f"/c/{chat_id}")
        await visitor.sees("no. 300:")
        elements = max(elements, await _elements(page))
    session = await page.context.new_cdp_session(page)
    before = await _heap(session)
    print(f"\nafter {CHATS} chats {before / 1e6:.1f} MB and at most {elements} elements")  # noqa: T201
    rows = page.get_by_role("complementary").get_by_role("listitem")
    for number in range(ROUNDS):
        talk = list(zip(others, chats, strict=True))
        for at in range(EACH):
            for sent in [other.send(chat_id, f"more, {number}.{at}") for other, chat_id in talk]:
                await acknowledged(sent)
        await visitor.sees(f"more, {number}.{EACH - 1}")
        await expect(rows.first).to_contain_text(f"more, {number}.{EACH - 1}")
    growth = (await _heap(session) - before) / (ROUNDS * EACH * CHATS)
    print(f"{growth:.0f} bytes more with each message")  # noqa: T201
    assert before <= HEAP
    assert elements <= ELEMENTS
    assert growth <= GROWTH
