import { expect, test } from "vitest";
import { asUsername } from "../src/text/usernames";

test.each([
  ["ada.lovelace", "ada.lovelace"],
  [" Ada ", "ada"],
  [" @Ada", "ada"],
  ["@@ada", "@ada"],
  ["", ""],
])("%j is %j", (typed, username) => {
  expect(asUsername(typed)).toBe(username);
});
