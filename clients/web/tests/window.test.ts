import { describe, expect, test, vi } from "vitest";
import type { History, Message, MessageHistory, Seq } from "../src/protocol";
import { MessageWindow } from "../src/store/window";

const DAY = 86_400_000;

function message(seq: Seq, rev = seq, text = `line ${seq}`): Message {
  const rest = { chat_id: 1, author_id: 2, kind: "text", nonce: `n${seq}` };
  return { ...rest, seq, rev, text, sent_at: seq * DAY };
}

const page = (first: Seq, last: Seq): Message[] =>
  Array.from({ length: last - first + 1 }, (_, at) => message(first + at));

/** A window on the newest ten of a hundred messages, and what it asks for. */
function opened(answer: (command: MessageHistory) => Promise<History>) {
  const asked: MessageHistory[] = [];
  const window = new MessageWindow(1, command => {
    asked.push(command);
    return answer(command);
  });
  window.apply({ chat_id: 1, reset: true, messages: page(91, 100), head_seq: 100, cleared_seq: 0 });
  return { window, asked };
}

const shown = ({ range }: MessageWindow) => [range.peek().first, range.peek().last];

describe("what is shown of a chat", () => {
  test("what changes while a page is on its way is not lost", async () => {
    let come = (_: History) => {};
    const { window } = opened(() => new Promise(resolve => (come = resolve)));
    const widened = window.widen("older");
    const changed = message(85, 101, "edited");
    window.apply({ chat_id: 1, reset: false, messages: [changed], head_seq: 100, cleared_seq: 0 });
    expect(shown(window)).toEqual([91, 100]);
    come({ messages: page(81, 90), more: true });
    await widened;
    expect(shown(window)).toEqual([81, 100]);
    expect(window.peek(85)?.text).toBe("edited");
  });

  test("a page that cannot be had can be asked for again", async () => {
    let works = false;
    const { window, asked } = opened(async () => {
      if (!works) throw new Error("offline");
      return { messages: page(81, 90), more: true };
    });
    await window.widen("older");
    expect(window.failed.peek()).toBe("older");
    expect(shown(window)).toEqual([91, 100]);
    works = true;
    await window.widen("older");
    expect(window.failed.peek()).toBe(null);
    expect(shown(window)).toEqual([81, 100]);
    expect(asked.map(({ before }) => before)).toEqual([91, 91]);
  });

  test("a time is the first message from then on, or the last one", async () => {
    const { window } = opened(async ({ at = 0 }) => ({
      messages: (at ?? 0) > 100 * DAY ? page(96, 100) : page(45, 54),
      more: true,
    }));
    expect(await window.goToTime(49 * DAY + 1)).toBe(50);
    expect(shown(window)).toEqual([45, 54]);
    expect(window.atEnd).toBe(false);
    expect(await window.goToTime(200 * DAY)).toBe(100);
    expect(window.atEnd).toBe(true);
  });

  test("what did not change is not shown anew when the engine begins again", () => {
    const { window } = opened(async () => ({ messages: [], more: false }));
    const before = window.at(95);
    let times = 0;
    const stop = before!.subscribe(() => {
      times += 1;
    });
    window.apply({ chat_id: 1, reset: true, messages: page(91, 101), head_seq: 101, cleared_seq: 0 });
    stop();
    expect(window.at(95)).toBe(before);
    expect([times, window.restarts, shown(window)]).toEqual([1, 2, [91, 101]]);
  });

  test("a message that is answered is known as it is now, wherever it is", async () => {
    const { window, asked } = opened(async () => ({ messages: page(4, 5), more: true }));
    expect(window.quote(95)?.text).toBe("line 95");
    expect(window.quote(5)).toBe(undefined);
    await window.askQuote(5);
    expect(window.quote(5)?.text).toBe("line 5");
    window.apply({ chat_id: 1, reset: false, messages: [message(5, 101, "edited")], head_seq: 100, cleared_seq: 0 });
    expect(window.quote(5)?.text).toBe("edited");
    expect(shown(window)).toEqual([91, 100]);
    await window.askQuote(5); // its answer is older
    expect(window.quote(5)?.text).toBe("edited");
    window.apply({ chat_id: 1, reset: true, messages: page(91, 100), head_seq: 100, cleared_seq: 0 });
    expect(window.quote(5)).toBe(undefined);
    await window.askQuote(6);
    expect(window.quote(6)).toBe(null);
    expect(asked.length).toBe(3);
  });

  test("no more than 5,000 messages are held, and what was let go can be had again", async () => {
    const head = 6000;
    const window = new MessageWindow(1, async ({ before, after, limit = 0 }) => {
      const first = before ? Math.max(1, before - limit) : after! + 1;
      const last = Math.min(head, first + limit - 1);
      return { messages: page(first, last), more: before ? first > 1 : last < head };
    });
    window.apply({ chat_id: 1, reset: true, messages: page(5901, head), head_seq: head, cleared_seq: 0 });
    while (!window.atStart) await window.widen("older");
    expect(shown(window)).toEqual([1, 5000]);
    expect([window.atEnd, window.peek(5001)]).toEqual([false, undefined]);
    while (!window.atEnd) await window.widen("newer");
    expect(shown(window)).toEqual([1001, head]);
    expect([window.atStart, window.peek(1000)]).toEqual([false, undefined]);
  });

  test("a screenful is waited for, but not for long, and not where there is one", async () => {
    vi.useFakeTimers();
    const { window, asked } = opened(() => new Promise(() => {}));
    let isFilled = false;
    const filled = window.fill().then(() => {
      isFilled = true;
    });
    await vi.advanceTimersByTimeAsync(2990);
    expect([isFilled, asked.length]).toEqual([false, 1]);
    await vi.advanceTimersByTimeAsync(20);
    await filled;
    vi.useRealTimers();

    const other = opened(async () => ({ messages: page(1, 90), more: false }));
    await other.window.fill();
    expect(shown(other.window)).toEqual([1, 100]);
    await other.window.fill();
    expect(other.asked.length).toBe(1);
  });
});
