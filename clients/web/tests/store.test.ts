import { expect, test } from "vitest";
import type { Message } from "../src/protocol";
import type { ChatRecord, ConnectionRecord, Unsent } from "../src/state/records";
import { Store } from "../src/store/store";
import { MessageWindow } from "../src/store/window";

const STANDS: ConnectionRecord = { standing: "connecting", down_since: 1, ready: false, text_length: 8000, ahead: 0 };

function unsent(nonce: string): Unsent {
  const said = { text: nonce, reply_to: null, mentions: [], mention_all: false };
  return { chat_id: 1, nonce, ...said, written_at: 1, progress: "waiting", reason: null };
}

test.each([
  [999, false],
  [1000, true],
])("of %i messages that wait", (count, isFull) => {
  const made = new Store();
  made.apply({ unsent: Array.from({ length: count }, (_, at) => unsent(`${at}`)) });
  expect(made.isFull).toBe(isFull);
});

test("what was given to be sent is handed to another engine, but never to another person's", () => {
  const made = new Store();
  made.given.set("one", unsent("one"));
  made.apply({ reset: true, connection: STANDS });
  expect([...made.given.keys()]).toEqual(["one"]);
  made.apply({ reset: true, connection: { ...STANDS, standing: "signed_out" } });
  expect([...made.given.keys()]).toEqual([]);
});

test("the messages shown of a chat, or of all that are open and still there", () => {
  const made = new Store();
  const chats = [7, 8].map(id => ({ chat: { id } }) as ChatRecord);
  const stretches = [7, 8].map(chat_id => {
    const messages = [{ chat_id, seq: 1, text: `in ${chat_id}` } as Message];
    return { chat_id, reset: true, messages, head_seq: 1, cleared_seq: 0 };
  });
  for (const id of [7, 8])
    made.windows.set(id, new MessageWindow(id, () => Promise.reject(new Error("nobody to ask"))));
  const texts = (chatId: number | null) => made.messages(chatId).map(message => message.text);
  made.apply({ chats, stretches });
  expect(texts(null)).toEqual(["in 7", "in 8"]);
  expect(texts(8)).toEqual(["in 8"]);
  made.apply({ gone: [7] });
  expect(texts(null)).toEqual(["in 8"]);
});

test("the chats that come while one is here are told of, and not those that one had", () => {
  const made = new Store();
  const chats = (...ids: number[]) => ids.map(id => ({ chat: { id } }) as ChatRecord);
  const arrived = () => made.arrivals.value.map(({ chat }) => chat.id);
  made.apply({ reset: true, connection: STANDS });
  made.apply({ chats: chats(1, 2), connection: { ...STANDS, standing: "live", ready: true } });
  expect(arrived()).toEqual([]);
  made.apply({ chats: chats(2, 3) });
  expect(arrived()).toEqual([3]);
  made.apply({ chats: chats(3) });
  made.apply({ gone: [3] });
  expect(arrived()).toEqual([3]);
  made.apply({ reset: true, chats: chats(4) });
  expect(arrived()).toEqual([]);
});

test("who asks to be let in is told once", () => {
  const made = new Store();
  const heard: number[][] = [];
  made.joins.subscribe(news => heard.push(news.map(({ chat_id }) => chat_id)));
  const declined = (chat_id: number) => ({ type: "invite.declined", chat_id, user_id: 5 }) as const;
  made.apply({ joins: [declined(1), declined(2)] });
  made.apply({ chats: [] });
  made.apply({ joins: [declined(1)] });
  expect(heard).toEqual([[], [1, 2], [1]]);
});
