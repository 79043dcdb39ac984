import { describe, expect, test } from "vitest";
import { type Emoji, emojiCalled, findEmoji, loadEmoji, toned } from "../src/text/emoji";
import { jumbo } from "../src/views/Jumbo";

const RGI = /^\p{RGI_Emoji}$/v;
const english = await loadEmoji("en");

const called = (emoji: readonly Emoji[]) => emoji.map(one => one.emoji);

describe.each(["en", "de", "ru"] as const)("the emoji in %s", language => {
  test("are all there, each once, and named", async () => {
    const book = await loadEmoji(language);
    expect(book.emoji.length).toBeGreaterThan(1800);
    expect(new Set(called(book.emoji)).size).toBe(book.emoji.length);
    expect(book.tones).toHaveLength(5);
    for (const { emoji, group, name, codes } of book.emoji) {
      expect(name, emoji).not.toBe("");
      expect(codes, emoji).not.toEqual([]);
      expect(book.groups[group], emoji).toBeTruthy();
    }
  });
});

test("of nearly all this machine knows that they are emoji", () => {
  // It may be a year younger or older than the list.
  expect(english.emoji.filter(one => !RGI.test(one.emoji)).length).toBeLessThan(40);
});

describe("found are", () => {
  test.each([
    ["+1", "👍"],
    ["heart", "❤️"],
    ["joy", "😂"],
    ["smile", "😄"],
    ["party pop", "🎉"],
    ["Tada", "🎉"],
  ])("%s", (typed, emoji) => {
    expect(called(findEmoji(english, typed, 3))).toContain(emoji);
  });

  test("by their names in the language, and by the codes of all", async () => {
    const [german, russian] = await Promise.all([loadEmoji("de"), loadEmoji("ru")]);
    expect(called(findEmoji(german, "herz", 20))).toContain("❤️");
    expect(called(findEmoji(german, "tada", 1))).toEqual(["🎉"]);
    expect(called(findEmoji(russian, "сердце", 20))).toContain("❤️");
  });

  test("none for what nothing is called", () => {
    expect(findEmoji(english, "xyzzyx")).toEqual([]);
  });
});

test("skin has the tone that was chosen, and nothing else has", () => {
  expect(toned(emojiCalled(english, "wave")!, 5)).toBe("👋🏿");
  expect(toned(emojiCalled(english, "wave")!, 0)).toBe("👋");
  expect(toned(emojiCalled(english, "people_holding_hands")!, 1)).toBe("🧑🏻‍🤝‍🧑🏻");
  expect(toned(emojiCalled(english, "tada")!, 5)).toBe("🎉");
});

test.each([
  ["🎉", true],
  [" 👍🏽 👍 ", true],
  ["👨‍👩‍👧‍👦🇩🇪❤️", true],
  ["🎉🎉🎉🎉", false],
  ["1", false],
  ["🎉 yes", false],
  ["", false],
])("%s alone is shown large: %s", (text, large) => {
  expect(jumbo(text)).toBe(large);
});
