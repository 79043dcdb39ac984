import type { Locale } from "./i18n";

export interface Emoji {
  emoji: string;
  /** Its place in the groups' names. */
  group: number;
  name: string;
  tags: string[];
  /** What it is called between colons, the most usual first. */
  codes: string[];
  /** The same in each skin tone, the lightest first. */
  tones?: string[];
}

/** All emoji, with their names in one language. */
export interface EmojiBook {
  groups: string[];
  tones: string[];
  emoji: Emoji[];
}

const BOOKS: Record<Locale, () => Promise<{ default: EmojiBook }>> = {
  en: () => import("emoji:en"),
  de: () => import("emoji:de"),
  ru: () => import("emoji:ru"),
};

/** The emoji in a language; loaded when they are first asked for. */
export async function loadEmoji(language: Locale): Promise<EmojiBook> {
  return (await BOOKS[language]()).default;
}

/** Those that are called so or nearly so, the best first. */
export function findEmoji(book: EmojiBook, typed: string, limit = Number.POSITIVE_INFINITY): Emoji[] {
  const wanted = typed.trim().toLocaleLowerCase().split(/\s+/);
  return book.emoji
    .map(emoji => ({ emoji, distance: Math.max(...wanted.map(word => distance(emoji, word))) }))
    .filter(found => found.distance < FAR)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, limit)
    .map(found => found.emoji);
}

/** The emoji with such a name between colons. */
export function emojiCalled(book: EmojiBook, code: string): Emoji | undefined {
  return book.emoji.find(emoji => emoji.codes.includes(code));
}

/** The spelling in a skin tone from 1 (the lightest) to 5; 0 is none in particular. */
export function toned(emoji: Emoji, tone: number): string {
  return emoji.tones?.[tone - 1] ?? emoji.emoji;
}

const FAR = 7;

/** How well a word fits: from 0, exactly, to FAR, not at all. */
function distance({ emoji, codes, name, tags }: Emoji, word: string): number {
  const called = name.toLocaleLowerCase();
  if (codes.includes(word) || called === word || emoji === word) return 0;
  if (codes[0]?.startsWith(word)) return 1;
  if (tags.includes(word)) return 2;
  if (codes.some(code => code.startsWith(word))) return 3;
  if (called.split(/[\s:-]+/).some(part => part.startsWith(word))) return 4;
  if (tags.some(tag => tag.startsWith(word))) return 5;
  return called.includes(word) || codes.some(code => code.includes(word)) ? 6 : FAR;
}
