import { expect, test } from "vitest";
import { parse, pathOf } from "../src/store/router";

test.each([
  ["/", { name: "chats" }],
  ["/c/12", { name: "chat", chatId: 12 }],
  ["/c/12/m/3", { name: "chat", chatId: 12, seq: 3 }],
  ["/c/9007199254740991/m/9007199254740991", { name: "chat", chatId: 9007199254740991, seq: 9007199254740991 }],
  ["/join/aB-_9", { name: "join", token: "aB-_9" }],
  ["/settings", { name: "settings" }],
])("the address %s", (path, route) => {
  expect(parse(path)).toEqual(route);
  expect(pathOf(parse(path))).toBe(path);
});

test.each([
  ["/c/12/", { name: "chat", chatId: 12 }],
  ["/c/12/m/", { name: "chat", chatId: 12 }],
  ["/c/12/m/0", { name: "chat", chatId: 12 }],
  ["/c/12/m/one", { name: "chat", chatId: 12 }],
  ["/c/12/m/9007199254740992", { name: "chat", chatId: 12 }],
  ["/c/12/m/3/", { name: "chat", chatId: 12, seq: 3 }],
  ["/c/0", { name: "chats" }],
  ["/c/-1", { name: "chats" }],
  ["/c/1e3", { name: "chats" }],
  ["/c/99999999999999999999/m/1", { name: "chats" }],
  ["/c", { name: "chats" }],
  ["/join/", { name: "chats" }],
  ["/nowhere", { name: "chats" }],
  ["//c/12", { name: "chats" }],
  ["", { name: "chats" }],
])("what can be made of %j", (path, route) => {
  expect(parse(path)).toEqual(route);
});
