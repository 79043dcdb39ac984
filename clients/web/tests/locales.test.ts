import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, test } from "vitest";

const FILES = import.meta.glob<string>("../src/locales/**/*.json", { query: "?raw", import: "default", eager: true });

function catalog(path: string): Record<string, string> {
  return JSON.parse(FILES[`../src/locales/${path}.json`]!);
}

/** What a message wants to be told. */
function names(message: string): string[] {
  const found = new Set<string>();
  const visit = (tokens: unknown) => {
    for (const token of Array.isArray(tokens) ? tokens : []) {
      if (!Array.isArray(token)) continue;
      found.add(String(token[0]));
      for (const inner of Object.values(token[2] ?? {})) visit(inner);
    }
  };
  visit(compileMessage(message));
  return [...found].sort();
}

const LANGUAGES = ["de", "ru"];

describe.each(["", "entrance/"])("%s", part => {
  const english = catalog(`${part}en`);

  describe.each(LANGUAGES)("%s", language => {
    const messages = catalog(part + language);

    test("has every message, in the same order", () => {
      expect(Object.keys(messages)).toEqual(Object.keys(english));
    });

    test.each(Object.keys(english))("%s says the same", key => {
      expect(names(messages[key]!)).toEqual(names(english[key]!));
    });
  });
});

describe("the entrance", () => {
  const SOURCES = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });

  /** What is loaded with a file, without what it loads later. */
  function together(path: string, found = new Set<string>()): Set<string> {
    if (found.has(path)) return found;
    found.add(path);
    for (const [, from] of SOURCES[path]!.matchAll(/from "(\.[^"]+)"/g)) {
      const target = new URL(from!, `file:///tests/${path}`).pathname.replace("/src/", "../src/");
      const source = [`${target}.ts`, `${target}.tsx`].find(name => name in SOURCES);
      if (source) together(source, found);
    }
    return found;
  }

  const WORDS = /\bt\(\s*(?:[^)"`]*\? )?["`]([a-z_.]+)(?:["`]\s*: "([a-z_.]+))?/g;
  const SHARED = ["notices", "plain", "names"].map(name => `/${name}.ts`);

  test("finds all of its words in its own catalogue", () => {
    const english = Object.keys(catalog("entrance/en"));
    const missing: string[] = [];
    for (const path of [...together("../src/main.tsx"), ...together("../src/views/Entrance.tsx")]) {
      if (SHARED.some(name => path.endsWith(name))) continue; // words of chats, which nobody sees there
      for (const [, ...words] of SOURCES[path]!.matchAll(WORDS)) {
        const unknown = words.filter(word => word && !english.some(key => key.startsWith(word)));
        missing.push(...unknown.map(word => `${word} in ${path}`));
      }
    }
    expect(missing).toEqual([]);
  });
});
