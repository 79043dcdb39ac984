import { locale, regional } from "./i18n";

const DAY = 86_400_000;
let made = { region: "", formats: new Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>() };

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
const EXACTLY: Intl.DateTimeFormatOptions = { dateStyle: "full", timeStyle: "short" };
const MOMENT: Intl.DateTimeFormatOptions = { dateStyle: "long", timeStyle: "short" };
const WEEKDAY: Intl.DateTimeFormatOptions = { weekday: "short" };
const THIS_YEAR: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const ANY_YEAR: Intl.DateTimeFormatOptions = { dateStyle: "short" };
const DAY_THIS_YEAR: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
const DAY_ANY_YEAR: Intl.DateTimeFormatOptions = { ...DAY_THIS_YEAR, year: "numeric" };

/** `options` is one of the objects above: by that the format is known again. */
function format(options: Intl.DateTimeFormatOptions, at: number): string {
  const region = regional();
  if (made.region !== region) made = { region, formats: new Map() };
  let found = made.formats.get(options);
  if (!found) {
    found = new Intl.DateTimeFormat(region, options);
    made.formats.set(options, found);
  }
  return found.format(at);
}

export const isSameDay = (one: number, other: number) =>
  Math.abs(one - other) <= DAY && new Date(one).getDate() === new Date(other).getDate();

export const clock = (at: number) => format(CLOCK, at);

/** As a tooltip says it. */
export const exactly = (at: number) => format(EXACTLY, at);

/** A moment within a sentence, such as one that begins with "until". */
export const moment = (at: number) => format(MOMENT, at);

/** As the list says when something was last said: the time today, the weekday within a week, else the date. */
export function lately(at: number, now: number): string {
  if (isSameDay(at, now)) return clock(at);
  if (now - at < 6 * DAY) return format(WEEKDAY, at);
  return format(isSameYear(at, now) ? THIS_YEAR : ANY_YEAR, at);
}

/** As a line between two days says it, or what is planned for one. */
export function day(at: number, now: number): string {
  const near = [0, 1, -1].find(days => isSameDay(at, shifted(now, days)));
  if (near !== undefined) return relative(near);
  return format(isSameYear(at, now) ? DAY_THIS_YEAR : DAY_ANY_YEAR, at);
}

/** So many days after a moment, when clocks show the same. */
export function shifted(at: number, days: number): number {
  const date = new Date(at);
  return date.setDate(date.getDate() + days);
}

/** As a field for a date has it: `2026-03-09`, where one is. */
export function isoDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map(part => String(part).padStart(2, "0")).join("-");
}

function relative(days: number): string {
  const text = new Intl.RelativeTimeFormat(locale.peek(), { numeric: "auto" }).format(days, "day");
  return text.charAt(0).toLocaleUpperCase(locale.peek()) + text.slice(1);
}

const isSameYear = (one: number, other: number) => new Date(one).getFullYear() === new Date(other).getFullYear();

/** So many seconds, in the greatest unit that fits. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => seconds >= one && seconds % one === 0) ?? ["second", 1];
  return new Intl.NumberFormat(locale.peek(), { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
}

/** In so many seconds, as a sentence says it: in a unit that is easy to grasp, and not too early. */
export function inSeconds(seconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => seconds > 1.5 * one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale.peek()).format(Math.ceil(seconds / size), unit);
}

/** What is left of a wait, as a clock that runs down: `0:42`. */
export function timer(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const UNITS: [Intl.RelativeTimeFormatUnit & ("day" | "hour" | "minute"), number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
