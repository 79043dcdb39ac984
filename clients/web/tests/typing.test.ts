import { describe, expect, test } from "vitest";
import { asLink, begun, closed } from "../src/text/typing";

describe("what is begun", () => {
  test.each([
    ["hi @to", { sign: "@", word: "to", from: 3 }],
    ["@", { sign: "@", word: "", from: 0 }],
    ["(@Än", { sign: "@", word: "Än", from: 1 }],
    ["@tom.b", { sign: "@", word: "tom.b", from: 0 }],
    ["me@to", null],
    ["@tom ", null],
    ["so :s", null],
    ["so :sm", { sign: ":", word: "sm", from: 3 }],
    [":läch", { sign: ":", word: "läch", from: 0 }],
    [":+1", { sign: ":", word: "+1", from: 0 }],
    ["at 10:30", null],
    ["std::cout", null],
    ["https://ex", null],
    ["`:sm", null],
    ["`a` :sm", { sign: ":", word: "sm", from: 4 }],
    ["```\n:sm", null],
    ["```\na\n```\n@to", { sign: "@", word: "to", from: 10 }],
  ])("%s", (text, wanted) => {
    expect(begun(text, text.length)).toEqual(wanted);
  });

  test("before the caret, not after it", () => {
    expect(begun("@to and more", 3)).toEqual({ sign: "@", word: "to", from: 0 });
    expect(begun("@to and more", 7)).toBeNull();
  });
});

describe("what is closed", () => {
  test.each([
    ["well :smile:", { code: "smile", from: 5 }],
    [":+1:", { code: "+1", from: 0 }],
    ["10:30:", null],
    ["::", null],
    ["`:smile:", null],
    [":smile: ", null],
  ])("%s", (text, wanted) => {
    expect(closed(text, text.length)).toEqual(wanted);
  });
});

describe("an address over words", () => {
  test.each([
    ["here", "https://example.org/a?b=c", "[here](https://example.org/a?b=c)"],
    [" two **words** ", " https://example.org ", "[two **words**](https://example.org)"],
    ["here", "javascript:alert(1)", null],
    ["here", "just text", null],
    ["here", "https://example.org and more", null],
    ["here", "https://example.org/(a)", null],
    ["a [b]", "https://example.org", null],
    ["two\nlines", "https://example.org", null],
    ["https://example.org", "https://example.org/b", null],
    ["", "https://example.org", null],
    ["> quote", "https://example.org", null],
  ])("%s", (words, address, made) => {
    expect(asLink(words, address)).toBe(made);
  });
});
