import { describe, expect, test } from "vitest";
import type { Has, Message, SearchMessages } from "../src/protocol";
import { merged } from "../src/state/search";

const NOW = 1000;
const ANNA = 1;
const BEN = 2;

/** The message `seq` of chat 7, sent at that moment. */
function message(seq: number, text: string, more: Partial<Message> = {}): Message {
  return { chat_id: 7, seq, rev: seq, author_id: ANNA, kind: "text", text, sent_at: seq, nonce: `${seq}`, ...more };
}

const asked = (text: string, more: Partial<SearchMessages> = {}): SearchMessages => ({
  type: "message.search",
  text,
  ...more,
});
const found = (command: SearchMessages, held: Message[]) => merged(command, [], held, null, NOW);
const seqs = (messages: Message[]) => messages.map(({ seq }) => seq);

describe("among what is held", () => {
  const held = [
    message(1, "The ferry leaves at ten"),
    message(2, "no boat", { author_id: BEN }),
    message(3, "ferries, and https://ferry.example", { author_id: BEN, mentions: [ANNA] }),
    message(4, "Ferry!", { chat_id: 8, reactions: [{ emoji: "👍", count: 1, user_ids: [BEN] }], pinned_at: 4 }),
  ];

  test.each<[string, Partial<SearchMessages>, number[]]>([
    ["ferr", {}, [4, 3, 1]],
    ["FERRY", {}, [4, 3, 1]],
    ["ferries ", {}, [3]],
    ["ferry ten", {}, [1]],
    ["ferry", { from_id: ANNA }, [4, 1]],
    ["", { from_id: BEN }, [3, 2]],
    ["ferry", { chat_id: 8 }, [4]],
    ["ferry", { before: 3 }, [1]],
    ["ferry", { after: 3 }, [4, 3]],
    ["", { has: ["link"] as Has[] }, [3]],
    ["", { has: ["link", "mention"] as Has[] }, [3]],
    ["", { has: ["pin"] as Has[] }, [4]],
    ["ferry", { has: ["reaction"] as Has[] }, [4]],
    ["boat", { has: ["reaction"] as Has[] }, []],
    ["", {}, []],
    ["!", { before: 3 }, []],
  ])("%s %o", (text, more, expected) => {
    expect(seqs(found(asked(text, more), held))).toEqual(expected);
  });

  test.each<[string, Partial<Message>]>([
    ["was deleted", { deleted_at: 5 }],
    ["one has hidden", { kind: "hidden" }],
    ["is a notice", { kind: "system" }],
    ["has disappeared by now", { expires_at: NOW }],
  ])("nothing that %s", (_, more) => {
    expect(found(asked("ferry"), [message(1, "ferry", more)])).toEqual([]);
  });

  test("of several versions the latest", () => {
    const changed = message(1, "ferry at nine", { rev: 9 });
    expect(found(asked("ferry"), [message(1, "ferry at ten"), changed])).toEqual([changed]);
    expect(found(asked("ten"), [message(1, "ferry at ten"), changed])).toEqual([]);
    expect(found(asked("nine"), [changed, message(1, "ferry at ten")])).toEqual([changed]);
  });
});

describe("with what the server found", () => {
  const held = [1, 2, 3, 4, 5, 6].map(seq => message(seq, `ferry ${seq}`));

  test("is each message once, the newest first", () => {
    const pages = [message(4, "ferry 4"), message(9, "ferry 9", { chat_id: 8, sent_at: 2 })];
    expect(seqs(merged(asked("ferry"), pages, held, null, NOW))).toEqual([6, 5, 4, 3, 9, 2, 1]);
  });

  test("is nothing of what the next page may begin with", () => {
    const pages = [message(4, "ferry 4")];
    const reach = { at: 4, chat_id: 7, seq: 4 };
    expect(seqs(merged(asked("ferry"), pages, held, reach, NOW))).toEqual([6, 5, 4]);
    // A page may be empty and not the last.
    expect(seqs(merged(asked("ferry"), [], held, reach, NOW))).toEqual([6, 5]);
  });

  test("is nothing that is gone since, and everything as it is now", () => {
    const pages = [5, 4, 3, 2].map(seq => message(seq, `ferry ${seq}`));
    const since = [
      message(5, "", { rev: 20, deleted_at: 20 }),
      message(4, "bus 4", { rev: 21 }),
      message(3, "ferry three", { rev: 22 }),
      message(2, "", { kind: "hidden" }),
    ];
    expect(merged(asked("ferry"), pages, since, null, NOW)).toEqual([since[2]]);
  });

  test("is what only the server says to fit, and what it knows better", () => {
    const pages = [message(2, "a word of a newer alphabet", { rev: 30 }), message(1, "another one")];
    const older = [message(2, "old"), message(1, "another one")];
    expect(merged(asked("ferry"), pages, older, null, NOW)).toEqual(pages);
  });
});
