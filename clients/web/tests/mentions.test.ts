import { describe, expect, test } from "vitest";
import { calledIn, type Named, toSend, toType } from "../src/text/mentions";

const people: Named = new Map<string, number | "all">([
  ["tom", 2],
  ["tom.berg", 3],
  ["all", "all"],
]);

describe("what is typed is sent as", () => {
  test.each([
    ["hi @tom", "hi <@2>"],
    ["@Tom, @tom.berg.", "<@2>, <@3>."],
    ["@tom. @tom", "<@2>. <@2>"],
    ["(@tom)", "(<@2>)"],
    ["tea, @all?", "tea, <@all>?"],
    ["mail me@tom", "mail me@tom"],
    ["@nobody @tomorrow @@tom", "@nobody @tomorrow @@tom"],
    ["`@tom` and ``@tom`` but @tom", "`@tom` and ``@tom`` but <@2>"],
    ["`open @tom", "`open <@2>"],
    ["```\n@tom\n```\n@tom", "```\n@tom\n```\n<@2>"],
    ["```\n@tom", "```\n<@2>"],
    ["https://example.org/@tom @tom", "https://example.org/@tom <@2>"],
    ["\\@tom", "\\@tom"],
    ["**@tom** ||@tom||", "**<@2>** ||<@2>||"],
  ])("%s", (typed, sent) => {
    expect(toSend(typed, people)).toBe(sent);
  });

  test("everybody, where one may not call them", () => {
    expect(toSend("@all", new Map())).toBe("@all");
  });
});

describe("what was sent is typed as", () => {
  test.each([
    ["<@2>, <@3> and <@9>", "@tom, @tom.berg and <@9>"],
    ["<@all>", "@all"],
    ["`<@2>`", "`<@2>`"],
    ["\\<@2>", "\\<@2>"],
    ["a<@2>b", "a<@2>b"], // it would not be found again
    ["<@2>om", "<@2>om"],
  ])("%s", (sent, typed) => {
    expect(toType(sent, people)).toBe(typed);
    expect(toSend(typed, people)).toBe(sent);
  });
});

test("only what is shown as a mention calls somebody", () => {
  const text = "<@2> <@2> `<@3>` \\<@4>\n> <@5>\n- **<@6>**\n1. ||<@all>||";
  expect(calledIn(text)).toEqual({ mentions: [2, 5, 6], mention_all: true });
  expect(calledIn("nobody")).toEqual({ mentions: [], mention_all: false });
});

test("no more are called than a command may name", () => {
  const text = Array.from({ length: 60 }, (_, at) => `<@${at + 1}>`).join(" ");
  expect(calledIn(text).mentions).toHaveLength(50);
});

test("a text that is long is not slow", () => {
  const began = performance.now();
  for (const text of ["🎉".repeat(8000), "`".repeat(8000), "@".repeat(8000), "a".repeat(8000), "``@a".repeat(2000)]) {
    toSend(text, people);
  }
  expect(performance.now() - began).toBeLessThan(500);
});
