import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client } from "../src/engine/client";
import { edit, reaction, removal } from "../src/engine/doing";
import { common, opened, watched } from "../src/engine/publisher";
import { Session } from "../src/engine/session";
import type { Failure, Message } from "../src/protocol";
import type { Unsent } from "../src/state/records";
import { ANNA, CHAT, Gateway } from "./scripted_gateway";

let gateway: Gateway;
let client: Client;
let failures: Failure[];
/** What a tab shows in which the chat is open: built from patches alone. */
let shown: Map<number, Message>;

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const said = (type: string) => gateway.received.filter(command => command.type === type);
const texts = () => [...shown.values()].map(message => (message.deleted_at ? "(deleted)" : message.text));
const emoji = (seq: number) => (shown.get(seq)?.reactions ?? []).map(one => one.emoji + one.count);
const edited = (seq: number, text: string) => client.deeds.put(edit(shown.get(seq)!, { text }));
const deleted = (seq: number) => client.deeds.put(removal(shown.get(seq)!));
const reacted = (seq: number, on: boolean) => client.deeds.put(reaction(shown.get(seq)!, "👍", on));

function show(): void {
  const changes = client.state.takeChanges();
  common(client, changes);
  for (const stretch of watched(client, changes, [CHAT]).stretches ?? []) {
    if (stretch.reset) shown.clear();
    for (const message of stretch.messages) shown.set(message.seq, message);
  }
}

function write(text: string): Unsent {
  const rest = { reply_to: null, mentions: [], mention_all: false, written_at: Date.now(), reason: null };
  const unsent: Unsent = { chat_id: CHAT, nonce: `mine-${text}`, text, progress: "waiting", ...rest };
  client.outbox.put(unsent);
  return unsent;
}

beforeEach(async () => {
  vi.useFakeTimers();
  gateway = new Gateway();
  failures = [];
  shown = new Map();
  const stored = { session_id: 9, login_token: "login" };
  const session = new Session(9, { read: async () => stored, write: async () => {} });
  session.take("token", Date.now() + 86_400_000);
  client = new Client(
    session,
    "test",
    gateway.open,
    () => show(),
    () => {},
    failure => failures.push(failure),
  );
  gateway.post("one", ANNA.id);
  gateway.post("two");
  client.start();
  await pass(50);
  for (const message of opened(client, CHAT).stretches![0]!.messages) shown.set(message.seq, message);
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

describe("what is done to a message", () => {
  test("is so to who asks for what is held, of one chat or of all", () => {
    edited(1, "uno");
    deleted(2);
    for (const chatId of [CHAT, null]) {
      expect(client.held(chatId).map(message => [message.text, message.deleted_at != null])).toEqual([
        ["uno", false],
        ["", true],
      ]);
    }
    expect(client.held(CHAT + 1)).toEqual([]);
  });

  test("is seen at once, before the server has heard of it", async () => {
    edited(1, "uno");
    reacted(2, true);
    expect(texts()).toEqual(["uno", "two"]);
    expect(emoji(2)).toEqual(["👍1"]);
    expect(gateway.messages.map(message => message.text)).toEqual(["one", "two"]);
    await pass(50);
    expect(gateway.messages[0]).toMatchObject({ text: "uno", edits: 1 });
    expect(texts()).toEqual(["uno", "two"]);
    expect(client.deeds.all()).toEqual([]);
  });

  test("waits for the connection, in its order", async () => {
    gateway.cut();
    edited(1, "uno");
    reacted(1, true);
    deleted(2);
    expect(texts()).toEqual(["uno", "(deleted)"]);
    await pass(5000);
    const types = gateway.received.map(command => command.type).filter(type => /edit|delete|add$/.test(type));
    expect(types).toEqual(["message.edit", "reaction.add", "message.delete"]);
    expect(texts()).toEqual(["uno", "(deleted)"]);
  });

  test("is taken back with a word when it is refused", async () => {
    gateway.refuse = ({ type }) => (type === "message.edit" ? { reason: "forbidden", status: "forbidden" } : undefined);
    edited(1, "uno");
    expect(texts()).toEqual(["uno", "two"]);
    await pass(50);
    expect(texts()).toEqual(["one", "two"]);
    expect(failures).toMatchObject([{ reason: "forbidden" }]);
  });

  test("an edit that is refused is kept until it is saved or given up", async () => {
    const conflict: Failure = { reason: "edit_conflict", status: "conflict", edits: 1 };
    gateway.refuse = ({ type }) => (type === "message.edit" ? conflict : undefined);
    edited(1, "uno");
    await pass(50);
    edited(1, "eins");
    await pass(50);
    expect(texts()).toEqual(["one", "two"]);
    expect(client.deeds.all()).toMatchObject([{ command: { text: "eins" }, reason: conflict }]);
    const [kept] = client.deeds.all();
    client.deeds.put({ ...edit(shown.get(2)!, { text: "zwei" }), reason: conflict }); // as of an earlier engine
    client.deeds.dismiss(client.deeds.all()[1]!.id);
    expect(client.deeds.all()).toEqual([kept]);
    gateway.refuse = null;
    edited(1, "eins");
    await pass(50);
    expect(texts()).toEqual(["eins", "two"]);
    expect(client.deeds.all()).toEqual([]);
    expect(said("message.edit")).toHaveLength(3);
  });

  test("an edit that is refused gives way to a later one, and to a deletion", async () => {
    gateway.refuse = ({ type }) => (type === "message.edit" ? { reason: "forbidden", status: "forbidden" } : undefined);
    edited(1, "uno");
    await pass(0);
    deleted(1);
    edited(2, "due");
    await pass(50);
    deleted(2);
    await pass(50);
    expect(texts()).toEqual(["(deleted)", "(deleted)"]);
    expect(client.deeds.all()).toEqual([]);
  });

  test("does not flicker while the chat is behind", async () => {
    gateway.fate = () => [];
    gateway.post("lost");
    edited(1, "uno");
    for (let step = 0; step < 80; step++) {
      await pass(10);
      expect(texts()[0]).toBe("uno");
    }
    expect(texts()).toEqual(["uno", "two", "lost"]);
  });

  test.each(["message.edit", "reaction.add", "message.delete"])(
    "whose answer is lost (%s) is done once",
    async type => {
      gateway.swallow = command => command.type === type;
      edited(1, "uno");
      reacted(2, true);
      deleted(2);
      await pass(10_000);
      expect(texts()).toEqual(["uno", "(deleted)"]);
      expect(gateway.messages[0]).toMatchObject({ text: "uno", edits: 1 });
      expect(failures).toEqual([]);
    },
  );

  test("twice the other way round comes to nothing", async () => {
    gateway.cut();
    reacted(2, true);
    reacted(2, false);
    reacted(1, true);
    reacted(1, true);
    expect(emoji(2)).toEqual([]);
    await pass(5000);
    expect(said("reaction.add")).toMatchObject([{ seq: 1 }]);
    expect(said("reaction.remove")).toEqual([]);
  });

  test("of several edits only the last is made; of what is deleted none", async () => {
    gateway.cut();
    for (const text of ["a", "b", "c"]) edited(1, text);
    expect(texts()).toEqual(["c", "two"]);
    await pass(5000);
    expect(said("message.edit")).toMatchObject([{ text: "c", if_edits: 0 }]);
    gateway.cut();
    edited(1, "d");
    deleted(1);
    await pass(5000);
    expect(said("message.edit")).toHaveLength(1);
    expect(texts()).toEqual(["(deleted)", "two"]);
  });

  test("an edit upon an edit that is on its way knows its number", async () => {
    edited(1, "a");
    await pass(0);
    edited(1, "b");
    await pass(100);
    expect(said("message.edit")).toMatchObject([
      { text: "a", if_edits: 0 },
      { text: "b", if_edits: 1 },
    ]);
    expect(texts()).toEqual(["b", "two"]);
  });

  test("is shown of what lies before the window, too", async () => {
    const old = { ...shown.get(1)!, seq: 0.5 };
    client.deeds.put({ ...edit(old, { text: "long ago" }), message: old });
    expect(shown.get(0.5)?.text).toBe("long ago");
  });
});

describe("a message that waits", () => {
  beforeEach(() => gateway.cut());

  test("can be written anew: nothing else is sent", async () => {
    client.rewrite(CHAT, write("draft").nonce, { text: "fair copy" });
    expect(client.outbox.all()).toMatchObject([{ text: "fair copy" }]);
    await pass(5000);
    expect(texts()).toEqual(["one", "two", "fair copy"]);
    expect(said("message.edit")).toEqual([]);
  });

  test("can be taken out", async () => {
    client.discard(CHAT, write("oops").nonce);
    expect(client.outbox.all()).toEqual([]);
    await pass(5000);
    expect(texts()).toEqual(["one", "two"]);
    expect(said("message.send")).toEqual([]);
  });

  test("is edited or deleted when it was posted all the same", async () => {
    await pass(5000);
    for (const [text, work] of [
      ["a", (nonce: string) => client.rewrite(CHAT, nonce, { text: "b" })],
      ["c", (nonce: string) => client.discard(CHAT, nonce)],
    ] as const) {
      gateway.swallow = command => command.type === "message.send";
      const { nonce } = write(text);
      await pass(5);
      work(nonce);
      await pass(5000);
    }
    expect(texts()).toEqual(["one", "two", "b", "(deleted)"]);
    expect(client.outbox.all()).toEqual([]);
    expect(said("message.send")).toHaveLength(2);
  });
});

test("what was read offline is told later, and seen at once", async () => {
  expect(client.state.chats.get(CHAT)!.mine.unread).toBe(1);
  gateway.cut();
  client.read(CHAT, 2);
  client.draft(CHAT, "half a");
  client.draft(CHAT, "half a thought");
  expect(client.state.chats.get(CHAT)!.mine.unread).toBe(0);
  await pass(5000);
  expect(said("receipt.read")).toEqual([{ type: "receipt.read", chat_id: CHAT, seq: 2 }]);
  expect(said("draft.set")).toEqual([{ type: "draft.set", chat_id: CHAT, text: "half a thought" }]);
});
