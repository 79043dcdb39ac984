import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isoTime, momentOf, quickTimes, whenSent } from "../src/text/later";

const here = (text: string) => Date.parse(text);
const read = (at: number) => new Date(at).toLocaleString("sv").slice(0, 16);
const quick = (now: string) => quickTimes(here(now)).map(({ key, at }) => `${key} ${read(at)}`);

beforeEach(() => vi.stubEnv("TZ", "Europe/Berlin"));
afterEach(() => vi.unstubAllEnvs());

describe("what is chosen most", () => {
  test("on a Wednesday afternoon", () => {
    expect(quick("2026-11-25T15:10:20")).toEqual([
      "hour 2026-11-25 16:11",
      "evening 2026-11-25 20:00",
      "tomorrow 2026-11-26 09:00",
      "monday 2026-11-30 09:00",
    ]);
  });

  test("this evening only while it is further away than an hour", () => {
    expect(quick("2026-11-25T19:00:00")).toHaveLength(3);
    expect(quick("2026-11-25T18:58:30")).toHaveLength(4);
  });

  test("Monday is named once, on a Sunday", () => {
    expect(quick("2026-11-29T12:00:00").at(-1)).toBe("tomorrow 2026-11-30 09:00");
  });

  test("and on a Monday it is the next one", () => {
    expect(quick("2026-11-30T08:00:00").at(-1)).toBe("monday 2026-12-07 09:00");
  });

  test("nine is nine, on either side of the change of the clocks", () => {
    expect(quick("2026-03-28T12:00:00")).toContain("tomorrow 2026-03-29 09:00");
    expect(quick("2026-10-24T12:00:00")).toContain("tomorrow 2026-10-25 09:00");
  });
});

describe("the fields", () => {
  test("are read where one is", () => {
    expect(momentOf("2026-07-01", "09:05")).toBe(Date.parse("2026-07-01T07:05Z"));
    expect(momentOf("2026-12-01", "09:05")).toBe(Date.parse("2026-12-01T08:05Z"));
    expect(isoTime(here("2026-12-01T09:05"))).toBe("09:05");
  });

  test.each([
    ["", "09:00"],
    ["2026-12-01", ""],
    ["2026-13-01", "09:00"],
  ])("%o at %o is no moment", (date, time) => {
    expect(momentOf(date, time)).toBe(null);
  });
});

test("tomorrow is called so, also when it is shorter than others", () => {
  expect(whenSent(here("2026-03-29T09:00"), here("2026-03-28T23:30"))).toBe("Tomorrow, 09:00 AM");
  expect(whenSent(here("2026-03-30T00:20"), here("2026-03-28T23:30"))).toBe("Monday, March 30, 12:20 AM");
  expect(whenSent(here("2026-11-26T09:00"), here("2026-11-25T15:10"))).toBe("Tomorrow, 09:00 AM");
  expect(whenSent(here("2026-11-30T09:00"), here("2026-11-25T15:10"))).toBe("Monday, November 30, 09:00 AM");
});
