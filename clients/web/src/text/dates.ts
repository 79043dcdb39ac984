import { locale, regional } from "./i18n";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions, at: number): string {
  const key = `${regional()}${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(regional(), options);
    formats.set(key, found);
  }
  return found.format(at);
}

export const isSameDay = (one: number, other: number) =>
  new Date(one).toDateString() === new Date(other).toDateString();

export const clock = (at: number) => format({ hour: "2-digit", minute: "2-digit" }, at);

/** As a tooltip says it. */
export const exactly = (at: number) => format({ dateStyle: "full", timeStyle: "short" }, at);

/** As the list says when something was last said: the time today, the weekday within a week, else the date. */
export function lately(at: number, now: number): string {
  if (isSameDay(at, now)) return clock(at);
  if (now - at < 6 * DAY) return format({ weekday: "short" }, at);
  return format(isSameYear(at, now) ? { day: "numeric", month: "short" } : { dateStyle: "short" }, at);
}

/** As a line between two days says it. */
export function day(at: number, now: number): string {
  if (isSameDay(at, now)) return relative(0);
  if (isSameDay(at, now - DAY)) return relative(-1);
  const year = isSameYear(at, now) ? undefined : "numeric";
  return format({ weekday: "long", day: "numeric", month: "long", year }, at);
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

const UNITS: [string, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
