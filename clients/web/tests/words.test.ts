import { describe, expect, test } from "vitest";
import vectors from "../../../tests/vectors/search.json";
import { partsOf, says, unitsOf } from "../src/text/words";

describe("what a text says", () => {
  test.each(Object.entries(vectors.units))("%j", (text, units) => {
    expect(unitsOf(text)).toEqual(units);
  });
});

describe("what is looked for", () => {
  test.each(Object.entries(vectors.parts))("%j", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });
});

describe("where it is found", () => {
  test.each(Object.entries(vectors.asked))("%j", (text, expected) => {
    const parts = partsOf(text);
    const found = vectors.said.flatMap((said, number) => (says(said, parts) ? number : []));
    expect(found).toEqual(expected);
  });
});
