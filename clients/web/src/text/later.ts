import type { Millis } from "../protocol";
import { clock, day, shifted } from "./dates";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const EVENING = 20;
const MORNING = 9;

/** What is chosen most, each a moment in the time zone of the person. */
export interface Quick {
  key: "hour" | "evening" | "tomorrow" | "monday";
  at: Millis;
}

/** Those that differ from each other: this evening is none when it is soon, nor Monday when it is tomorrow. */
export function quickTimes(now: Millis): Quick[] {
  const hour = Math.ceil((now + HOUR) / MINUTE) * MINUTE;
  const evening = clockAt(now, 0, EVENING);
  const tomorrow = clockAt(now, 1, MORNING);
  const monday = clockAt(now, (8 - new Date(now).getDay()) % 7 || 7, MORNING);
  return [
    { key: "hour", at: hour },
    ...(evening > hour ? [{ key: "evening", at: evening } as const] : []),
    { key: "tomorrow", at: tomorrow },
    ...(monday > tomorrow ? [{ key: "monday", at: monday } as const] : []),
  ];
}

/** So many days after a moment, when clocks show this hour. */
function clockAt(from: Millis, days: number, hour: number): Millis {
  return new Date(shifted(from, days)).setHours(hour, 0, 0, 0);
}

/** What the fields for a date and a time say, where one is; null when that is no moment. */
export function momentOf(date: string, time: string): Millis | null {
  const at = Date.parse(`${date}T${time}`);
  return Number.isNaN(at) ? null : at;
}

/** As a field for a time has it: `09:05`, where one is. */
export function isoTime(at: Millis): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map(part => String(part).padStart(2, "0")).join(":");
}

/** When something is to be sent, beside other things: `Tomorrow, 09:00`. */
export function whenSent(at: Millis, now: Millis): string {
  return `${day(at, now)}, ${clock(at)}`;
}
