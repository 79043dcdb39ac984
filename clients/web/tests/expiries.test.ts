import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Expiries } from "../src/engine/expiries";
import type { Message, Seq } from "../src/protocol";
import { isGone } from "../src/state/gone";

const DAY = 86_400_000;
/** The server's clock is ahead of ours by as much. */
const AHEAD = 5000;

let expired: Seq[];
let expiries: Expiries;

const now = () => Date.now() + AHEAD;

function message(seq: Seq, within: number | null, rest: Partial<Message> = {}): Message {
  const expires_at = within === null ? null : now() + within;
  const said = {
    chat_id: 1,
    author_id: 2,
    kind: "text",
    text: "soon gone",
    nonce: `n${seq}`,
    sent_at: 1,
    pinned_at: 1,
  };
  return { ...said, seq, rev: seq, expires_at, ...rest };
}

beforeEach(() => {
  vi.useFakeTimers();
  expired = [];
  expiries = new Expiries(one => expired.push(one.seq), now);
});

afterEach(() => {
  expiries.stop();
  vi.useRealTimers();
});

describe("what disappears", () => {
  test("is told of at its time, each once", () => {
    for (const [seq, within] of [
      [1, 3000],
      [2, 1000],
      [3, null],
      [4, 3000],
    ] as const)
      expiries.shown(message(seq, within));
    vi.advanceTimersByTime(999);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([2]);
    vi.advanceTimersByTime(DAY);
    expect(expired).toEqual([2, 1, 4]);
  });

  test("is nothing any more from then on, and keeps its place", () => {
    const said = message(1, 1000);
    expect(expiries.shown(said)).toBe(said);
    vi.advanceTimersByTime(1000);
    const shown = expiries.shown(said);
    expect(isGone(shown)).toBe(true);
    expect(shown).toMatchObject({ seq: 1, rev: 1, text: "", deleted_at: said.expires_at });
    expect(shown.pinned_at).toBeUndefined();
  });

  test("waits for longer than a timer can", () => {
    expiries.shown(message(1, 30 * DAY));
    vi.advanceTimersByTime(29 * DAY);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(DAY);
    expect(expired).toEqual([1]);
  });

  test("is gone when the machine wakes, and a minute later where nobody says that it did", () => {
    for (const seq of [1, 2]) expiries.shown(message(seq, seq * DAY));
    vi.setSystemTime(Date.now() + DAY);
    expiries.look();
    expect(expired).toEqual([1]);
    vi.setSystemTime(Date.now() + DAY);
    vi.advanceTimersByTime(60_000);
    expect(expired).toEqual([1, 2]);
  });

  test("is not told of where it was deleted before", () => {
    expiries.shown(message(1, 1000));
    expiries.shown(message(1, 1000, { text: "", deleted_at: now(), deleted_by: 2 }));
    vi.advanceTimersByTime(2000);
    expect(expired).toEqual([]);
  });
});

test("what somebody deleted left a trace", () => {
  expect(isGone(message(1, null, { deleted_at: 1, deleted_by: 2 }))).toBe(false);
  expect(isGone(message(1, null, { deleted_at: 1, deleted_by: null }))).toBe(true);
  expect(isGone(message(1, null))).toBe(false);
});
