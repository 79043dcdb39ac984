import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/markdown.json";
import { parse } from "../src/text/markdown";

test.each(vectors)("$name", ({ input, tree }) => {
  expect(parse(input)).toEqual(tree);
});

test("what is made to be slow is not", () => {
  const began = performance.now();
  for (const part of ["a", "(", "[", "*", "_", "`", "http://", "<@", "**a ", "_a*", "> ", "~~|| "]) {
    parse(part.repeat(Math.floor(8000 / part.length)));
  }
  expect(performance.now() - began).toBeLessThan(2000);
});
