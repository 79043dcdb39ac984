import { i18n, type Messages } from "@lingui/core";
import { signal } from "@preact/signals-core";
import english from "../locales/en.json";

export type MessageId = keyof typeof english;
export type Locale = "en" | "de" | "ru";

/** Each holds every message: one that is missing does not compile. */
const CATALOGS: Record<Locale, () => Promise<{ default: Record<MessageId, string> }>> = {
  en: async () => ({ default: english }),
  de: () => import("../locales/de.json"),
  ru: () => import("../locales/ru.json"),
};

export const LOCALES: Record<Locale, string> = { en: "English", de: "Deutsch", ru: "Русский" };

/** The language that is shown; whatever shows words is rendered anew when it changes. */
export const locale = signal<Locale>("en");

/** The language with the region of the person, whose ways of writing dates and times it is. */
export function regional(): string {
  return navigator.languages.find(one => one.startsWith(locale.peek())) ?? locale.peek();
}

/** A message in the language that is shown. */
export function t(id: MessageId, values?: Record<string, unknown>): string {
  return i18n._(id, values);
}

/** Of the languages there are, the one that suits somebody best. */
export function localeFor(wanted: readonly string[]): Locale {
  const known = wanted.map(one => one.slice(0, 2).toLowerCase()).find(one => one in CATALOGS);
  return (known as Locale | undefined) ?? "en";
}

export async function speak(language: Locale): Promise<void> {
  const { default: messages } = await CATALOGS[language]();
  i18n.loadAndActivate({ locale: language, messages: messages as Messages });
  locale.value = language;
  document.documentElement.lang = language;
}
