import { describe, expect, test } from "vitest";
import { actionsFor, isLetter, SHORTCUTS } from "../src/store/shortcuts";

const NONE = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };

describe("keys", () => {
  test.each([
    [{ key: "k", code: "KeyK", ctrlKey: true }, ["switch"]],
    [{ key: "л", code: "KeyK", ctrlKey: true }, ["switch"]], // a Russian keyboard
    [{ key: "K", code: "KeyK", ctrlKey: true }, ["switch"]], // caps lock
    [{ key: "k", code: "KeyT", ctrlKey: true }, ["switch"]], // Dvorak: what is written counts
    [{ key: "/", code: "Digit7", ctrlKey: true, shiftKey: true }, ["sheet"]], // a German keyboard
    [{ key: "K", code: "KeyK", ctrlKey: true, shiftKey: true }, []],
    [{ key: "k", code: "KeyK", metaKey: true }, []],
    [{ key: "ArrowUp", code: "ArrowUp", altKey: true }, ["previous_chat"]],
    [{ key: "ArrowUp", code: "ArrowUp", altKey: true, shiftKey: true }, ["previous_unread"]],
    [{ key: "ArrowUp", code: "ArrowUp" }, []],
    [{ key: "Escape", code: "Escape" }, ["close", "cancel", "back", "to_end"]],
  ])("%o everywhere", (event, actions) => {
    expect(actionsFor("everywhere", { ...NONE, ...event })).toEqual(actions);
  });

  test.each([
    [{ key: "r", code: "KeyR" }, ["reply"], true],
    [{ key: "R", code: "KeyR", shiftKey: true }, ["react"], true],
    [{ key: "к", code: "KeyR" }, ["reply"], true],
    [{ key: "Delete", code: "Delete" }, ["delete"], false],
    [{ key: "c", code: "KeyC", ctrlKey: true }, [], false],
  ])("%o on a message", (event, actions, letter) => {
    expect(actionsFor("messages", { ...NONE, ...event })).toEqual(actions);
    expect(isLetter({ ...NONE, ...event })).toBe(letter);
  });

  test("mean one thing in each place, except the one that goes step by step", () => {
    for (const rows of Object.values(SHORTCUTS)) {
      const keys = Object.values<readonly string[]>(rows).flat();
      expect(keys.filter((key, at) => keys.indexOf(key) !== at && key !== "Escape")).toEqual([]);
    }
  });
});
