// @vitest-environment happy-dom
import { beforeAll, describe, expect, test } from "vitest";
import { ConnectionLost, Refused } from "../src/engine/failures";
import app from "../src/locales/en.json";
import entrance from "../src/locales/entrance/en.json";
import type { Failure } from "../src/protocol";
import schema from "../src/protocol.ts?raw";
import { explain, explainFailure } from "../src/text/failures";
import { LOCALES, type Locale, speak, speakOfEverything } from "../src/text/i18n";

interface Refusal {
  name: string;
  failure: Failure;
}

/** Every refusal of the protocol, with a value in each of its fields. */
function refusals(): Refusal[] {
  const union = /export type Failure =([^;]*);/.exec(schema)![1]!;
  return union.match(/\w+/g)!.flatMap(name => {
    const body = new RegExp(`export interface ${name} {([^}]*)}`).exec(schema)![1]!;
    const fields = [...body.matchAll(/^ {2}(\w+)\??: (.*);/gm)].map(([, key, type]) => [key, valuesOf(type!)] as const);
    const rules = fields.some(([key]) => key === "rule") ? rulesOf(name) : [undefined];
    return rules.map(rule => {
      const failure = Object.fromEntries(fields.map(([key, values]) => [key, key === "rule" ? rule : values[0]]));
      return { name: rule === undefined ? name : `${name}: ${rule}`, failure: failure as unknown as Failure };
    });
  });
}

/** The rules that a refusal is documented to name, and one of a newer server. */
function rulesOf(name: string): string[] {
  const [, told] = new RegExp(`/\\*\\* ([^/]*) \\*/\nexport interface ${name} `).exec(schema)!;
  return [...told!.matchAll(/`(\w+)`/g)].map(([, rule]) => rule!).with(0, "of_tomorrow");
}

function valuesOf(type: string): unknown[] {
  if (type.startsWith('"')) return type.split(" | ").map(text => text.slice(1, -1));
  if (type === "string") return ["something"];
  if (type.endsWith("[]")) return [[7]];
  return [/null/.test(type) ? null : 7];
}

const REFUSALS = refusals();
const ENGLISH: string[] = [...Object.values(entrance), ...Object.values(app)];

test("there are some", () => {
  expect(REFUSALS.length).toBeGreaterThan(40);
  for (const { failure } of REFUSALS) expect([failure.reason, failure.status]).not.toContain(undefined);
});

beforeAll(speakOfEverything);

describe.each(Object.keys(LOCALES) as Locale[])("in %s", language => {
  beforeAll(() => speak(language));

  test.each(REFUSALS)("$name has a sentence", ({ failure }) => {
    const sentence = explain(new Refused(failure));
    expect(sentence).toMatch(/^[\p{Lu}\d].{14,}([.!?]| something)$/u);
    expect(sentence).not.toMatch(/refused\.|undefined|NaN|[{}#]/);
    if (language !== "en") expect(ENGLISH).not.toContain(sentence);
  });

  test("different refusals say different things", () => {
    const said = new Map<string, string[]>();
    for (const { failure } of REFUSALS) {
      const sentence = explainFailure(failure);
      said.set(sentence, [...(said.get(sentence) ?? []), failure.reason]);
    }
    const shared = [...said.values()].filter(reasons => reasons.length > 1);
    expect(shared).toEqual([
      ["invalid", "chat_not_open"],
      ["unauthenticated", "session_ended"],
    ]);
  });

  test("a refusal of a newer server is explained by its kind", () => {
    const newer = { reason: "of_tomorrow", status: "conflict" } as unknown as Failure;
    expect(explainFailure(newer)).toBe(explainFailure({ ...newer, reason: "of_next_week" } as unknown as Failure));
    expect(explainFailure(newer).length).toBeGreaterThan(15);
  });

  test("so is that there is no answer", () => {
    expect(explain(new ConnectionLost("gone")).length).toBeGreaterThan(15);
  });
});

describe("in English", () => {
  beforeAll(() => speak("en"));

  test.each([
    [0.2, "in 1 second"],
    [59, "in 59 seconds"],
    [90, "in 90 seconds"],
    [91, "in 2 minutes"],
    [3600, "in 60 minutes"],
    [21_600, "in 6 hours"],
    [86_400, "in 24 hours"],
    [200_000, "in 3 days"],
  ])("whoever has to wait %s seconds can grasp it", (retry_after, when) => {
    const failure = { reason: "rate_limited", status: "rate_limited", retry_after } as const;
    expect(explainFailure(failure)).toBe(`That was a bit fast. Try again ${when}.`);
  });

  test.each([
    [null, "", /account\. Ask them why\.$/],
    [null, "Spam", /account\. They say: Spam$/],
    [Date.UTC(2031, 4, 9, 12), "Spam", /account until .*9.*2031.* They say: Spam$/],
  ])("an account that is suspended until %s, saying %j", (until, said, sentence) => {
    expect(explainFailure({ reason: "suspended", status: "forbidden", until, said })).toMatch(sentence);
  });
});
