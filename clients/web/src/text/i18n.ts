import { i18n, type Messages } from "@lingui/core";
import { signal } from "@preact/signals-core";
import english from "../locales/entrance/en.json";

type AppWords = typeof import("../locales/en.json");
export type MessageId = keyof typeof english | keyof AppWords;
export type Locale = "en" | "de" | "ru";

type Words<K extends string> = () => Promise<{ default: Record<K, string> }>;

/** What is said at the entrance and everywhere. A language that lacks a message does not compile. */
const ENTRANCE: Record<Locale, Words<keyof typeof english>> = {
  en: async () => ({ default: english }),
  de: () => import("../locales/entrance/de.json"),
  ru: () => import("../locales/entrance/ru.json"),
};

/** What is said to those who are signed in. */
const APP: Record<Locale, Words<keyof AppWords>> = {
  en: () => import("../locales/en.json"),
  de: () => import("../locales/de.json"),
  ru: () => import("../locales/ru.json"),
};

/** The catalogues that are needed. */
const parts: Record<Locale, Words<string>>[] = [ENTRANCE];

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
  const known = wanted.map(one => one.slice(0, 2).toLowerCase()).find(one => one in LOCALES);
  return (known as Locale | undefined) ?? "en";
}

export async function speak(language: Locale): Promise<void> {
  const catalogs = await Promise.all(parts.map(part => part[language]()));
  const messages: Messages = Object.assign({}, ...catalogs.map(catalog => catalog.default));
  i18n.loadAndActivate({ locale: language, messages });
  locale.value = language;
  document.documentElement.lang = language;
}

/** Begin to load the words for those who are signed in. */
export async function prepareEverything(language: Locale): Promise<void> {
  await APP[language]();
}

/** Have the words for those who are signed in as well. */
export async function speakOfEverything(): Promise<void> {
  if (!parts.includes(APP)) parts.push(APP);
  await speak(locale.peek());
}
