"""The web client under strain: many messages at once, keys pressed meanwhile, many chats visited."""

import asyncio
from itertools import count
from statistics import quantiles

import pytest
from playwright.async_api import CDPSession, Page, expect

from dialog.client import Client
from tests.browser.bad_line import BadLine
from tests.browser.long_chats import fill
from tests.browser.visitors import Visitors
from tests.patience import PATIENCE, Late, others_finish, timed
from tests.people import acknowledged, group, username

CROWD = 50
EACH = 10
"""Messages that one person may send at once."""
TALKERS = 10
PER_SECOND = 50
TASK = 50
"""Milliseconds for which nothing else is done on a page, at most."""
KEYS = "and the last one back is at eleven, so bring a coat"
KEY = 16
"""Milliseconds from a key until what it does is done."""
INTERACTION = 150
"""Milliseconds until one sees that."""
CHATS = 50
HEAP = 60e6
GROWTH = 500
"""Bytes with each message more."""
MORE = 5000
ELEMENTS = 2500

TASKS = """() => {
  window.tasks = { longest: 0, commits: 0, frames: 0 };
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) tasks.longest = Math.max(tasks.longest, duration);
  }).observe({ type: 'longtask' });
  new MutationObserver(() => { tasks.commits += 1; })
    .observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
  const frame = () => { tasks.frames += 1; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""

# From a key until its work is done, and until that is painted, in milliseconds.
KEYSTROKES = """() => {
  window.strokes = { done: [], painted: [] };
  let pressed = 0;
  addEventListener('keydown', event => { pressed = event.timeStamp; }, true);
  addEventListener('input', () => {
    const from = pressed;
    const took = () => performance.now() - from;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => strokes.done.push(took());
    port2.postMessage(null);
    requestAnimationFrame(() => setTimeout(() => strokes.painted.push(took())));
  });
}"""


GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"


async def _crowd(visitors: Visitors, number: int) -> tuple[Client, list[Client], int]:
    """Somebody, and a group of so many others with them."""
    [mia, *crowd] = await _people(visitors, 1 + number)
    chat = await group(crowd[0], mia, *crowd[1:], title="Harbour")
    await acknowledged(crowd[0].send(chat.id, "the first word"))
    return mia, crowd, chat.id


async def _people(visitors: Visitors, number: int) -> list[Client]:
    """A few at a time, as the suite is small."""
    joined: list[Client] = []
    while left := number - len(joined):
        joined += await visitors.people.join(*["mia"] * min(left, 10))
    return joined


@pytest.mark.alone
@timed
async def test_many_messages_at_once(visitors: Visitors) -> None:
    mia, crowd, chat_id = await _crowd(visitors, CROWD)
    async with BadLine(visitors.url, seed=1) as line:
        line.is_bad = False
        visitor = await visitors.new(url=line.url, reduced_motion="no-preference")
        await visitor.sign_in(username(mia))
        await visitor.open("Harbour")
        await visitor.sees("the first word")
        line.hold("said at once")
        sent = [one.send(chat_id, f"said at once, {number}") for number in range(EACH) for one in crowd]
        await asyncio.gather(*map(acknowledged, sent))
        async with asyncio.timeout(PATIENCE):
            while line.held < CROWD * EACH:
                await asyncio.sleep(0.05)
        await others_finish()
        await visitor.page.evaluate(TASKS)
        for _ in range(10):
            await line.let_go(CROWD)
            await asyncio.sleep(0.1)
        await expect(visitor.message(f"said at once, {EACH - 1}").last).to_be_in_viewport()
        tasks = await visitor.page.evaluate("window.tasks")
    print(f"\n{tasks['commits']} commits in {tasks['frames']} frames, the longest task {tasks['longest']:.0f} ms")  # noqa: T201
    if tasks["longest"] > TASK:
        raise Late(f"nothing else was done for {tasks['longest']:.0f} ms")


@pytest.mark.alone
@timed
async def test_keys_are_heard_while_others_write(visitors: Visitors) -> None:
    mia, crowd, chat_id = await _crowd(visitors, TALKERS)
    visitor = await visitors.new(reduced_motion="no-preference")
    await visitor.sign_in(username(mia))
    await visitor.open("Harbour")
    await visitor.sees("the first word")
    await visitor.composer.focus()
    await others_finish()
    await visitor.page.evaluate(KEYSTROKES)

    async def chatter() -> None:
        for number in count():
            crowd[number % TALKERS].send(chat_id, f"and said, {number}")
            await asyncio.sleep(1 / PER_SECOND)

    chattering = asyncio.create_task(chatter())
    await visitor.page.keyboard.type(KEYS, delay=80)
    chattering.cancel()
    await asyncio.gather(chattering, return_exceptions=True)
    strokes = await visitor.page.evaluate("window.strokes")
    heard = await visitor.page.get_by_role("article").count()
    done, painted = (quantiles(strokes[what], n=4)[2] for what in ("done", "painted"))
    print(f"\nthree keys of four were done in {done:.0f} ms, painted in {painted:.0f}; {heard} messages are elements")  # noqa: T201
    assert len(strokes["done"]) == len(KEYS)
    if done > KEY or painted > INTERACTION:
        raise Late(f"keys take {done:.0f} ms, {painted:.0f} until one sees it")


async def _heap(session: CDPSession) -> float:
    """Bytes that the page holds."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    return (await session.send("Runtime.getHeapUsage"))["usedSize"]


async def _elements(page: Page) -> int:
    count: int = await page.evaluate("document.querySelectorAll('*').length")
    return count


async def test_many_chats_visited(visitors: Visitors) -> None:
    """The page holds the engine, too."""
    [mia, *others] = await _people(visitors, 1 + CHATS)
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
    for _ in range(MORE // CHATS // EACH):
        sent = [
            other.send(chat, f"one more, {n}") for n in range(EACH) for other, chat in zip(others, chats, strict=True)
        ]
        await asyncio.gather(*map(acknowledged, sent))
    growth = await _heap(session) - before
    print(f"{growth / MORE:.0f} bytes more with each message")  # noqa: T201
    assert before <= HEAP
    assert elements <= ELEMENTS
    assert growth <= GROWTH * MORE
