import { describe, expect, test } from "vitest";
import type { User } from "../src/protocol";
import type { Chat } from "../src/state/whole";
import { BadFilter, type Known, searchFor } from "../src/text/query";

const user = (id: number, username: string, display_name: string) => ({ id, username, display_name }) as User;
const known: Known = {
  me: user(1, "mia", "Mia"),
  people: [user(1, "mia", "Mia"), user(2, "tom", "Tom Berg"), user(3, "tim1", "Tim"), user(4, "tim2", "Tim")],
  chats: [{ chat: { id: 7 } as Chat, title: "The ferry" }],
};

describe("what is typed", () => {
  test.each([
    ["old boat", { text: "old boat" }],
    ["from:me boat", { text: "boat", from_id: 1 }],
    ['boat FROM:"tom berg"', { text: "boat", from_id: 2 }],
    ["from:@tom", { text: "", from_id: 2 }],
    ['in:"The Ferry" boat', { text: "boat", chat_id: 7 }],
    ["has:link has:Pin", { text: "", has: ["link", "pin"] }],
    ["boat before:2026-11-22", { text: "boat", before: new Date(2026, 10, 22).getTime() }],
    ["boat after:2026-11-22T10:30", { text: "boat", after: new Date(2026, 10, 22, 10, 30).getTime() }],
    ['"as it stands" mailto:me', { text: '"as it stands" mailto:me' }],
  ])("%s", (typed, wanted) => {
    expect(searchFor(typed, known)).toEqual({ type: "message.search", has: [], ...wanted });
  });

  test.each(["from:nobody", "from:Tim", "in:elsewhere", "has:wings", "before:tomorrow"])("%s is refused", typed => {
    expect(() => searchFor(typed, known)).toThrow(BadFilter);
  });
});
