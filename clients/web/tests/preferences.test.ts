import { beforeEach, describe, expect, test, vi } from "vitest";

const USUAL = {
  theme: "system",
  contrast: "system",
  motion: "system",
  density: "comfortable",
  accent: "verdigris",
  text: 15,
  enter: "send",
  letters: true,
  language: "",
  list: 312,
};

/** What the app makes of what is stored, as it starts. */
async function preferred(stored: string | null): Promise<unknown> {
  vi.stubGlobal("localStorage", { getItem: () => stored });
  const { preferences } = await import("../src/store/preferences");
  return preferences.peek();
}

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
});

describe("what is stored", () => {
  test("is as it was chosen", async () => {
    const chosen = {
      theme: "dark",
      contrast: "high",
      motion: "reduced",
      density: "compact",
      accent: "plum",
      text: 20,
      enter: "newline",
      letters: false,
      language: "ru",
      list: 260,
    };
    expect(await preferred(JSON.stringify(chosen))).toEqual(chosen);
  });

  test.each([null, "", "{", "null", "7", '"dark"', "[]", '["dark"]'])("%s: all is as usual", async stored => {
    expect(await preferred(stored)).toEqual(USUAL);
  });

  test.each([
    ["theme", "sepia"],
    ["contrast", null],
    ["motion", true],
    ["density", ["compact"]],
    ["accent", {}],
    ["text", 400],
    ["text", "16"],
    ["enter", "constructor"],
    ["letters", "false"],
    ["language", "xx"],
    ["list", 259],
    ["list", 421],
    ["list", "300"],
  ])("%s of %j is as usual, and nothing else", async (name, value) => {
    expect(await preferred(JSON.stringify({ theme: "dark", list: 300, [name]: value }))).toEqual({
      ...USUAL,
      theme: "dark",
      list: 300,
      [name]: USUAL[name as keyof typeof USUAL],
    });
  });

  test("under a name that means nothing is dropped", async () => {
    expect(await preferred('{"toString": 1, "__proto__": {"theme": "dark"}, "colour": "red"}')).toEqual(USUAL);
  });
});

test("what is in the way of reading it does no harm", async () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new Error("denied");
    },
  });
  const { preferences } = await import("../src/store/preferences");
  expect(preferences.peek()).toEqual(USUAL);
});
