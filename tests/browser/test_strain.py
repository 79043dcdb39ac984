"""The web client under strain: many messages at once, and keys pressed meanwhile."""

import asyncio
from itertools import count
from statistics import quantiles

import pytest
from playwright.async_api import expect

from dialog.client import Client
from tests.browser.bad_line import BadLine
from tests.browser.visitors import Visitors
from tests.patience import PATIENCE, Late, others_finish, timed
from tests.people import acknowledged, group, username

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]  # three tries, each of which may wait for others

CROWD = 50
EACH = 10
"""Messages that one person may send at once."""
TALKERS = 10
PER_SECOND = 50
TASK = 50
"""Milliseconds for which nothing else is done on a page, at most."""
KEYS = "and the last one back is at eleven, so bring a coat"
INTERACTION = 150
"""Milliseconds from a key until one sees what it does."""

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

# How long a key keeps the page at work, and how long it takes from the key until one sees it, in milliseconds.
KEYSTROKES = """() => {
  window.strokes = { done: [], painted: [] };
  let [pressed, begun] = [0, 0];
  addEventListener('keydown', event => { [pressed, begun] = [event.timeStamp, performance.now()]; }, true);
  addEventListener('input', () => {
    const [from, start] = [pressed, begun];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => strokes.done.push(performance.now() - start);
    port2.postMessage(null);
    requestAnimationFrame(() => setTimeout(() => strokes.painted.push(performance.now() - from)));
  });
}"""


async def _crowd(visitors: Visitors, number: int) -> tuple[Client, list[Client], int]:
    """Somebody, and a group of so many others with them."""
    [mia, *crowd] = await visitors.people.crowd(1 + number)
    chat = await group(crowd[0], mia, *crowd[1:], title="Harbour")
    await acknowledged(crowd[0].send(chat.id, "the first word"))
    return mia, crowd, chat.id


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
    strokes = await visitor.page.evaluate("window.strokes")
    heard = int(await visitor.page.get_by_role("article").last.get_attribute("data-seq") or 0)
    assert not chattering.done(), "they went on"
    chattering.cancel()
    await asyncio.wait([chattering])
    done, painted = (quantiles(strokes[what], n=4)[2] for what in ("done", "painted"))
    print(f"\nthree keys of four were done in {done:.0f} ms, painted in {painted:.0f}; {heard} messages heard")  # noqa: T201
    assert len(strokes["done"]) == len(KEYS)
    assert heard > len(KEYS)
    if painted > INTERACTION:
        raise Late(f"it takes {painted:.0f} ms until one sees it")
