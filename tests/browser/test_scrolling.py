"""Reading back and forth: figures of the message list and the chat list, and that nothing jumps."""

from statistics import median

import pytest
from playwright.async_api import CDPSession, Page, expect

from dialog.client import Client
from dialog.protocol.messages import EditMessage
from dialog.protocol.reactions import AddReaction
from tests.browser.long_chats import fill, many_groups, turn
from tests.browser.visitors import Visitor, Visitors
from tests.patience import Late, others_finish, timed
from tests.people import direct, username

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]  # three tries, each of which may wait for others

LONG = 100_000
THROTTLE = 4
SLOW_FRAME = 34
SLOW_SHARE = 0.01
"""Or as many as of a plain list of the same rows, all of them elements, where the machine is too slow for less."""
WAY = 40_000
"""So far each of them scrolls, in pixels."""
TURNS = 4
"""In which the two take it, so that whatever else the machine does falls upon both."""
HAND = 120
"""A notch of the wheel, in each frame: faster than hands are."""
FLING = 400
PLAIN_ROWS = 700
DRIFT = 1.0
PREPENDS = 50
SWITCHES = 40
SWITCH = 100

FRAMES = """() => {
  window.frames_seen = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now();
    window.frames_seen.push(now - last);
    last = now;
    window.frames_timer = requestAnimationFrame(step);
  };
  requestAnimationFrame(() => { last = performance.now(); requestAnimationFrame(step); });
}"""
END_OF_FRAMES = "() => { cancelAnimationFrame(window.frames_timer); return window.frames_seen; }"

# The same rows as they are, all of them elements, in a page that does nothing.
PLAIN = """rows => {
  const shown = [...document.querySelectorAll('[role=log] [data-key]')];
  const plain = document.createElement('div');
  plain.id = 'plain';
  plain.style.cssText = 'position: fixed; inset: 0; overflow: auto; contain: strict; background: var(--bg)';
  for (let at = 0; at < rows; at++) {
    const row = shown[at % shown.length].cloneNode(true);
    row.style.cssText = '';
    plain.append(row);
  }
  document.body.append(plain);
  plain.scrollTop = plain.scrollHeight;
}"""
SHOW_PLAIN = "shown => { document.querySelector('#plain').style.display = shown ? 'block' : 'none'; }"


async def _reader(visitors: Visitors, number: int) -> tuple[Visitor, Client, Client, int]:
    """Somebody in front of a chat of so many messages."""
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await fill(visitors.people.suite.servers, chat.id, [ben, mia], number)
    visitor = await visitors.new(reduced_motion="no-preference")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees(f"no. {number}:")
    return visitor, ben, mia, chat.id


async def _throttle(page: Page) -> CDPSession:
    """Slow a page down, as long as the session is attached."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    return session


async def _wheel(page: Page, what: str, step: int) -> list[float]:
    """How long the frames take while somebody turns the wheel for one turn, in milliseconds."""
    await page.locator(what).hover()
    await page.wait_for_timeout(500)
    await page.evaluate(FRAMES)
    for _ in range(WAY // TURNS // step):
        await page.mouse.wheel(0, -step)
        await page.wait_for_timeout(16)
    frames: list[float] = await page.evaluate(END_OF_FRAMES)
    return frames


def _slow(frames: list[float]) -> float:
    return sum(frame > SLOW_FRAME for frame in frames) / len(frames)


@timed
async def test_scrolling_through_a_long_chat(visitors: Visitors) -> None:
    visitor, *_ = await _reader(visitors, LONG)
    page = visitor.page
    await others_finish()
    session = await _throttle(page)
    frames: dict[int, list[float]] = {HAND: [], FLING: []}
    plain: dict[int, list[float]] = {HAND: [], FLING: []}
    await page.evaluate(PLAIN, PLAIN_ROWS)
    for step in (HAND, FLING):
        for _ in range(TURNS):
            await page.evaluate(SHOW_PLAIN, False)
            frames[step] += await _wheel(page, "[role=log]", step)
            await page.evaluate(SHOW_PLAIN, True)
            plain[step] += await _wheel(page, "#plain", step)
    loaded = await page.get_by_role("log").evaluate("log => log.scrollHeight")
    await session.detach()
    print(f"\n{loaded} px loaded")  # noqa: T201
    for step, seen in frames.items():
        print(  # noqa: T201
            f"{step} px at a time: {_slow(seen):.2%} of {len(seen)} frames over {SLOW_FRAME} ms, the middle one "
            f"{median(seen):.0f}, the longest {max(seen):.0f}; of a plain list {_slow(plain[step]):.2%}, "
            f"{median(plain[step]):.0f} and {max(plain[step]):.0f}"
        )
    assert loaded > WAY
    share, floor = _slow(frames[HAND]), _slow(plain[HAND])
    if share > max(SLOW_SHARE, floor):
        raise Late(f"{share:.2%} of the frames are slow, {floor:.2%} of those of a plain list")


# In each frame, as it will be painted: how much of what is in sight no row covers. Above the first of those that are
# there the next page is awaited.
BLANK = """() => {
  const log = document.querySelector('[role=log]');
  window.blank = { frames: 0, worst: 0, awaited: 0 };
  const look = () => {
    const rows = [...log.querySelectorAll('[data-key]')];
    const [sight, first, last] = [log, rows[0], rows.at(-1)].map(one => one.getBoundingClientRect());
    const [above, below] = [first.top - sight.top, sight.bottom - last.bottom];
    const isAwaited = above > 0 && rows[0].dataset.index === '0';
    window.blank.frames += 1;
    window.blank.awaited += isAwaited;
    window.blank.worst = Math.max(window.blank.worst, below, isAwaited ? 0 : above);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


async def test_nothing_is_blank_while_one_scrolls(visitors: Visitors) -> None:
    visitor, *_ = await _reader(visitors, 5000)
    page = visitor.page
    await _wheel(page, "[role=log]", FLING)
    session = await _throttle(page)
    await page.evaluate(BLANK)
    seen = [len(await _wheel(page, "[role=log]", step)) for step in (HAND, FLING, -FLING)]
    blank = await page.evaluate("window.blank")
    await session.detach()
    print(f"\n{blank['worst']:.0f} px blank in {blank['frames']} frames, {blank['awaited']} of them at a page to come")  # noqa: T201
    assert blank["frames"] >= sum(seen)
    assert blank["worst"] <= DRIFT


# Looks at a message while the page before is put in, so many times; tells how far it ever moved, in pixels.
PREPEND = """async times => {
  const log = document.querySelector('[role=log]');
  const frame = () => new Promise(requestAnimationFrame);
  let worst = 0;
  for (let prepended = 0; prepended < times; ) {
    log.scrollTop = log.clientHeight * 1.5;
    await frame();
    await frame();
    const box = log.getBoundingClientRect();
    const middle = box.y + box.height / 2;
    const looked = [...log.querySelectorAll('[data-key]')].find(row => row.getBoundingClientRect().bottom > middle);
    if (!looked) continue;
    const [before, index] = [looked.getBoundingClientRect().top, Number(looked.dataset.index)];
    if (index > 60) continue;
    for (let left = 8; left > 0; ) {
      await frame();
      const now = log.querySelector(`[data-key="${looked.dataset.key}"]`);
      worst = Math.max(worst, Math.abs((now?.getBoundingClientRect().top ?? Infinity) - before));
      if (!now || Number(now.dataset.index) > index + 50) left--;
    }
    prepended++;
  }
  return worst;
}"""


async def test_what_one_looks_at_stays_when_earlier_messages_come(visitors: Visitors) -> None:
    visitor, *_ = await _reader(visitors, 12_000)
    drift = await visitor.page.evaluate(PREPEND, PREPENDS)
    print(f"\n{drift:.2f} px of drift over {PREPENDS} pages")  # noqa: T201
    assert drift <= DRIFT


# From the click until the conversation with its messages is painted, in milliseconds.
SWITCH_TO = """async ([name, text]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const row = [...document.querySelectorAll('aside a')].find(one => one.textContent.includes(name));
  const isThere = () => document.querySelector('main h2')?.textContent === name &&
    [...document.querySelectorAll('[role=log] article')].some(
      one => one.textContent.includes(text) && one.checkVisibility({ visibilityProperty: true }));
  const start = performance.now();
  row.click();
  while (!isThere()) await frame();
  await frame();
  return performance.now() - start;
}"""


@timed
async def test_switching_between_chats(visitors: Visitors) -> None:
    [mia, *others] = await visitors.people.join("mia", "ben", "cat", "dan", "eve", "fay")
    names = [name.title() for name in ("ben", "cat", "dan", "eve", "fay")]
    for other in others:
        chat = await direct(other, mia)
        await fill(visitors.people.suite.servers, chat.id, [other, mia], 300)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    for name in names:
        await visitor.open(name)
        await visitor.sees("no. 300:")
    await others_finish()
    took = sorted(
        [await visitor.page.evaluate(SWITCH_TO, [names[at % len(names)], "no. 300:"]) for at in range(SWITCHES)]
    )
    p95 = took[int(len(took) * 0.95) - 1]
    print(f"\nswitching chats: p50 {took[len(took) // 2]:.0f} ms, p95 {p95:.0f} ms, longest {took[-1]:.0f} ms")  # noqa: T201
    if p95 > SWITCH:
        raise Late(f"p95 of a switch is {p95:.0f} ms")


# What moves by itself from now on: layout shifts as the browser counts them, and how far a message moved.
WATCH = """text => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      // A badge that counts may grow.
      if (entry.sources.some(({ node }) => node?.closest?.('[role=log]'))) window.shifted += entry.value;
    }
  }).observe({ type: 'layout-shift' });
  const looked = () => [...document.querySelectorAll('[role=log] article')].find(one => one.textContent.includes(text));
  const before = looked().getBoundingClientRect().top;
  window.moved = 0;
  // Just before a frame is painted sizes are looked at: what has changed is laid out, what holds the rest has acted.
  const probe = document.createElement('div');
  probe.style.cssText = 'position: fixed; block-size: 1px';
  document.body.append(probe);
  const frame = () => {
    probe.style.inlineSize = `${3 - probe.clientWidth}px`;
    requestAnimationFrame(frame);
  };
  frame();
  new ResizeObserver(() => {
    window.moved = Math.max(window.moved, Math.abs((looked()?.getBoundingClientRect().top ?? Infinity) - before));
  }).observe(probe);
}"""


async def test_nothing_jumps_when_others_write(visitors: Visitors) -> None:
    visitor, ben, _, chat_id = await _reader(visitors, 300)
    page = visitor.page
    await visitor.scroll_to("no. 250:")
    await page.evaluate(WATCH, "no. 250:")
    for number in range(20):
        await ben.send(chat_id, f"new {number}" + " and more words" * (number * 3))
    pill = page.get_by_role("button", name="To the newest message")
    await expect(pill).to_contain_text("20 new messages")
    await page.wait_for_timeout(300)
    moved, shifted = await page.evaluate("[window.moved, window.shifted]")
    print(f"\nmoved {moved:.2f} px, layout shift {shifted:.4f}")  # noqa: T201
    assert moved <= DRIFT
    assert shifted <= 0.001
    await pill.click()
    await visitor.sees("new 19")
    await expect(pill).to_be_hidden()


# The messages that are elements and out of sight, above it.
ABOVE = """() => {
  const top = document.querySelector('[role=log]').getBoundingClientRect().top;
  return [...document.querySelectorAll('[role=log] article')]
    .filter(one => one.closest('[data-key]').getBoundingClientRect().bottom <= top).map(one => Number(one.dataset.seq));
}"""


async def test_nothing_jumps_when_others_edit_and_react(visitors: Visitors) -> None:
    visitor, ben, _, chat_id = await _reader(visitors, 300)
    page = visitor.page
    await visitor.scroll_to("no. 250:")
    above = await page.evaluate(ABOVE)
    height = await page.get_by_role("log").evaluate("log => log.scrollHeight")
    await page.evaluate(WATCH, "no. 250:")
    for seq in above:
        await ben.call(AddReaction(chat_id=chat_id, seq=seq, emoji="🎉"))
        if turn(seq, 2) == 0:
            await ben.call(EditMessage(chat_id=chat_id, seq=seq, text="said in many more words than before " * 9))
    changed = page.locator(f'article[data-seq="{above[-1]}"]')
    await expect(changed.get_by_role("button", name="🎉")).to_be_attached()
    await page.wait_for_timeout(300)
    moved = await page.evaluate("window.moved")
    grown = await page.get_by_role("log").evaluate("log => log.scrollHeight") - height
    print(f"\nmoved {moved:.2f} px as {grown} px came above")  # noqa: T201
    assert grown > len(above) * 20
    assert moved <= DRIFT


CHATS = 1000


@timed
async def test_a_list_of_many_chats(visitors: Visitors) -> None:
    [mia, ben] = await visitors.people.join("mia", "ben")
    await many_groups(visitors.people.suite.servers, mia, CHATS)
    chat = await direct(ben, mia)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    page = visitor.page
    await expect(visitor.row("Group 0003")).to_be_visible()
    await others_finish()
    session = await _throttle(page)
    box = page.get_by_role("complementary").get_by_role("searchbox")
    await box.focus()
    await page.evaluate(FRAMES)
    await page.keyboard.type("group 00", delay=60)
    await page.wait_for_timeout(200)
    typing = max(await page.evaluate(END_OF_FRAMES))
    await box.fill("")
    await page.wait_for_timeout(500)
    await page.evaluate(FRAMES)
    for number in range(5):
        await ben.send(chat.id, f"hello {number}")
        await page.wait_for_timeout(150)
    arriving = max(await page.evaluate(END_OF_FRAMES))
    await session.detach()
    nodes = await page.evaluate("document.querySelectorAll('aside *').length")
    figures = f"longest frame {typing:.0f} ms while typing, {arriving:.0f} as messages come"
    print(f"\n{CHATS} chats, {nodes} elements: {figures}")  # noqa: T201
    assert nodes < CHATS, "only the rows near the screen are elements"
