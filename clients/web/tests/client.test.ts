import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client } from "../src/engine/client";
import { common } from "../src/engine/publisher";
import { Session, type Stored } from "../src/engine/session";
import type { Unsent } from "../src/state/records";
import { BEN, CHAT, Gateway } from "./scripted_gateway";

let gateway: Gateway;
let client: Client;
let ended: unknown;

function unsent(text: string): Unsent {
  const nonce = `mine-${text}`;
  const rest = { reply_to: null, mentions: [], mention_all: false, written_at: Date.now(), reason: null };
  return { chat_id: CHAT, nonce, text, progress: "waiting", ...rest };
}

const view = () => client.state.chats.get(CHAT)!;
const texts = () => [...view().messages.values()].map(message => message.text);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** The machine sleeps for so long: the clock goes on, and nothing else does. */
const asleep = (ms: number) => vi.setSystemTime(Date.now() + ms);
const said = (type: string) => gateway.received.filter(command => command.type === type);

beforeEach(async () => {
  vi.useFakeTimers();
  gateway = new Gateway();
  let stored: Stored | null = { session_id: 9, login_token: "login" };
  const session = new Session(9, {
    read: async () => stored,
    write: async next => {
      stored = next;
    },
  });
  session.take("token", Date.now() + 86_400_000);
  ended = null;
  client = new Client(
    session,
    "test",
    gateway.open,
    () => {},
    why => {
      ended = why;
    },
  );
  gateway.post("one");
  client.start();
  await pass(50);
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe("in step", () => {
  test("what there is, and what is said then", async () => {
    expect(client.record).toMatchObject({ standing: "live", ready: true, down_since: null });
    gateway.post("two");
    await pass(5);
    expect(texts()).toEqual(["one", "two"]);
    expect(view().mine.unread).toBe(2);
  });

  test("the answer of a change leaves no hole where its notice belongs", async () => {
    await Promise.all([client.call({ type: "chat.edit", chat_id: CHAT, title: "Hike" }), pass(20)]);
    expect(view().chat.title).toBe("Hike");
    expect([...view().messages.values()].map(message => message.seq)).toEqual([1, 2]);
  });

  test("an event that is lost is fetched, half a second after it is missed", async () => {
    gateway.fate = () => [];
    gateway.post("lost");
    gateway.fate = () => [0];
    gateway.post("heard");
    await pass(400);
    expect(texts()).toEqual(["one"]);
    await pass(300);
    expect(texts()).toEqual(["one", "lost", "heard"]);
    expect(said("chat.changes")).toEqual([{ type: "chat.changes", chat_id: CHAT, since: 2, mark: 0 }]);
  });

  test("what has disappeared while the machine slept is gone when it wakes", async () => {
    gateway.change(1, { expires_at: Date.now() + 86_400_000 });
    await pass(5);
    expect(client.held(CHAT).map(message => message.text)).toEqual(["one"]);
    client.state.takeChanges();
    vi.setSystemTime(Date.now() + 86_400_000);
    client.wake();
    expect([...client.state.takeChanges().messages.get(CHAT)!.keys()]).toEqual([1]);
    expect(client.held(CHAT).map(message => message.text)).toEqual([""]);
  });

  test("events out of order need no fetching", async () => {
    const held: (() => void)[] = [];
    const tell = gateway.tell.bind(gateway);
    gateway.tell = event => held.push(() => tell(event));
    for (const text of ["two", "three", "four"]) gateway.post(text);
    for (const one of held.reverse()) one();
    await pass(600);
    expect(texts()).toEqual(["one", "two", "three", "four"]);
    expect(said("chat.changes")).toEqual([]);
  });

  test("after a cut it comes back with its own numbers", async () => {
    gateway.cut();
    gateway.fate = () => [];
    gateway.post("meanwhile");
    await pass(3000);
    expect(client.connection.standing).toBe("live");
    expect(texts()).toEqual(["one", "meanwhile"]);
    expect(said("sync").at(-1)).toMatchObject({ chats: { [CHAT]: 2 } });
  });

  test("another epoch drops everything", async () => {
    gateway.cut();
    gateway.epoch = 2;
    await pass(3000);
    expect(said("sync").at(-1)).toMatchObject({ chats: {} });
    expect(texts()).toEqual(["one"]);
  });

  test("who asks to be let into a group is shown once, in order", async () => {
    const shown = () => common(client, client.state.takeChanges()).joins;
    const request = { user_id: BEN.id, requested_at: 1 };
    shown();
    gateway.tell({ type: "invite.requested", chat_id: CHAT, request, user: BEN });
    gateway.tell({ type: "invite.declined", chat_id: CHAT, user_id: BEN.id });
    await pass(5);
    expect(shown()?.map(({ type }) => type)).toEqual(["invite.requested", "invite.declined"]);
    expect(shown()).toBeUndefined();
  });

  test("a draining gateway is left only once the next one is in step", async () => {
    gateway.tell({ type: "draining", within: 2 });
    for (let step = 0; step < 250; step++) {
      await pass(10);
      expect(client.connection.socket).not.toBeNull();
    }
    expect(gateway.most).toBe(2);
    expect(gateway.connected).toBe(1);
  });

  test("signed out from elsewhere: it does not come back", async () => {
    gateway.cut(4500);
    await pass(60_000);
    expect(client.connection.standing).toBe("signed_out");
    expect(ended).toBeInstanceOf(Error);
    expect(said("connect")).toHaveLength(1);
  });
});

describe("the outbox", () => {
  test("keeps the order, over a cut, and posts once", async () => {
    for (const text of ["a", "b", "c"]) client.outbox.put(unsent(text));
    gateway.cut();
    await pass(5000);
    expect(texts()).toEqual(["one", "a", "b", "c"]);
    expect(client.outbox.all()).toEqual([]);
  });

  test("what is refused waits for a decision, and does not hold up the next", async () => {
    gateway.refuse = command =>
      command.type === "message.send" && command.text === "a"
        ? { reason: "text_too_long", status: "too_large", limit: 1 }
        : undefined;
    client.outbox.put(unsent("a"));
    client.outbox.put(unsent("b"));
    await pass(50);
    expect(client.outbox.all()).toMatchObject([{ text: "a", progress: "failed", reason: { limit: 1 } }]);
    gateway.refuse = null;
    client.outbox.retry("mine-a");
    await pass(50);
    expect(texts()).toEqual(["one", "b", "a"]);
  });

  test("what could not be sent for a day is sent only when one asks for it", async () => {
    const refusing = () => ({ reason: "unavailable", status: "unavailable", retry_after: 60 }) as const;
    gateway.refuse = command => (command.type === "message.send" ? refusing() : undefined);
    client.outbox.put(unsent("a"));
    await pass(60_000);
    asleep(23 * 3_600_000);
    client.outbox.put(unsent("b"));
    await pass(120_000);
    expect(client.outbox.all()).toMatchObject([{ progress: "waiting" }, { progress: "waiting" }]);
    asleep(2 * 3_600_000);
    gateway.refuse = null;
    await pass(120_000);
    expect(texts()).toEqual(["one", "b"]);
    expect(client.outbox.all()).toMatchObject([{ text: "a", progress: "failed", reason: null }]);
    client.outbox.retry("mine-a");
    await pass(50);
    expect(texts()).toEqual(["one", "b", "a"]);
  });

  test("also where nothing is attempted one is told after a day", async () => {
    gateway.cut(1006);
    gateway.isDown = true;
    client.outbox.put(unsent("a"));
    asleep(86_340_000);
    await pass(60_000);
    expect(client.outbox.all()).toMatchObject([{ progress: "waiting" }]);
    await pass(120_000);
    expect(client.outbox.all()).toMatchObject([{ text: "a", progress: "failed", reason: null }]);
    gateway.isDown = false;
    client.session.take("token", Date.now() + 86_400_000);
    await pass(120_000);
    expect(texts()).toEqual(["one"]);
    client.outbox.retry("mine-a");
    await pass(50);
    expect(texts()).toEqual(["one", "a"]);
  });

  test("too fast waits as long as it is told", async () => {
    const until = Date.now() + 3000;
    gateway.refuse = command =>
      command.type === "message.send" && Date.now() < until
        ? { reason: "slow_mode", status: "rate_limited", retry_after: 3 }
        : undefined;
    client.outbox.put(unsent("a"));
    await pass(4000);
    expect(texts()).toEqual(["one", "a"]);
    expect(said("message.send")).toHaveLength(2);
  });
});

/** Numbers that look random and are the same each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test.each(Array.from({ length: 20 }, (_, seed) => seed))("200 random steps over a bad line, seed %i", async seed => {
  const roll = dice(seed + 1);
  gateway.fate = () => (roll() < 0.2 ? [] : roll() < 0.2 ? [0, Math.floor(roll() * 3)] : [Math.floor(roll() * 3)]);
  const written: string[] = [];
  for (let step = 0; step < 200; step++) {
    const choice = roll();
    const seq = 1 + Math.floor(roll() * gateway.messages.length);
    if (choice < 0.4) gateway.post(`they ${step}`);
    else if (choice < 0.6) {
      written.push(`we ${step}`);
      client.outbox.put(unsent(`we ${step}`));
    } else if (choice < 0.75) gateway.edit(seq, `changed ${step}`);
    else if (choice < 0.82) gateway.remove(seq);
    else if (choice < 0.86) gateway.cut();
    else await pass(roll() * 400);
  }
  gateway.fate = () => [0];
  gateway.post("the last word");
  await pass(120_000);
  expect([...view().messages.values()]).toEqual(gateway.messages);
  expect(client.outbox.all()).toEqual([]);
  const ours = gateway.messages.filter(message => message.nonce.startsWith("mine-"));
  expect(ours.map(message => message.nonce)).toEqual(written.map(text => `mine-${text}`));
  const unread = gateway.messages.filter(message => message.author_id === 2 && message.deleted_at == null);
  expect(view().mine.unread).toBe(unread.length);
});
