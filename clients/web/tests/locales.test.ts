import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, test } from "vitest";
import de from "../src/locales/de.json?raw";
import en from "../src/locales/en.json?raw";
import ru from "../src/locales/ru.json?raw";

const english: Record<string, string> = JSON.parse(en);

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

describe.each([
  ["de", de],
  ["ru", ru],
])("%s", (_, text) => {
  const messages: Record<string, string> = JSON.parse(text);

  test("has every message, in the same order", () => {
    expect(Object.keys(messages)).toEqual(Object.keys(english));
  });

  test.each(Object.keys(english))("%s says the same", key => {
    expect(names(messages[key]!)).toEqual(names(english[key]!));
  });
});
