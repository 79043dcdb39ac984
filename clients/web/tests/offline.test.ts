import { describe, expect, test } from "vitest";
import { answerFor, outdated } from "../src/offline/rules";

const ORIGIN = "https://dialog.example";

function answer(path: string, { method = "GET", mode = "navigate" as RequestMode, origin = ORIGIN } = {}) {
  return answerFor({ method, mode, url: origin + path }, ORIGIN);
}

describe("the service worker", () => {
  test.each([
    "/",
    "/c/12",
    "/c/12/m/3",
    "/settings",
    "/join/abc-DEF_1",
    "/join/abc.",
    "/privacy",
    "/apiary",
    "/?from=icon",
  ])("shows the app at %s", path => {
    expect(answer(path)).toBe("page");
  });

  test.each(["/api/chat.list", "/api", "/ws", "/media/12", "/health/ready", "/metrics", "/sw.js", "/icon.svg"])(
    "leaves %s to the network",
    path => {
      expect(answer(path)).toBeNull();
      expect(answer(path, { mode: "cors" })).toBeNull();
    },
  );

  test("keeps the app's files, and nothing of others", () => {
    expect(answer("/assets/index-1.js", { mode: "cors" })).toBe("file");
    expect(answer("/assets/index-1.js", { mode: "cors", method: "POST" })).toBeNull();
    expect(answer("/assets/index-1.js", { mode: "cors", origin: "https://other.example" })).toBeNull();
    expect(answer("/", { origin: "https://other.example" })).toBeNull();
    expect(answer("/c/12", { mode: "cors" })).toBeNull();
  });

  test("keeps the version before, for a tab that has not been reloaded yet", () => {
    expect(outdated(["other", "dialog-1", "dialog-2", "dialog-3"], "dialog-3")).toEqual(["dialog-1"]);
    expect(outdated(["dialog-2", "dialog-3"], "dialog-3")).toEqual([]);
    expect(outdated(["dialog-3", "dialog-1", "dialog-2"], "dialog-3")).toEqual(["dialog-1"]);
  });
});
