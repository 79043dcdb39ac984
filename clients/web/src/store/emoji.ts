/** How somebody uses emoji: a preference of theirs, which this browser keeps for as long as they are signed in. */

import { ownStorage } from "./storage";

const KEY = "dialog.emoji";
const KEPT = 24;

export interface EmojiUse {
  /** The skin tone they choose, from 1 (the lightest) to 5; 0 is none in particular. */
  tone: number;
  /** Those used last, the latest first. */
  recent: string[];
}

export function emojiUse(): EmojiUse {
  const none = { tone: 0, recent: [] };
  try {
    return { ...none, ...JSON.parse(ownStorage().getItem(KEY) ?? "{}") };
  } catch {
    return none;
  }
}

export function chooseTone(tone: number): void {
  keep({ ...emojiUse(), tone });
}

export function noteUse(emoji: string): void {
  const { tone, recent } = emojiUse();
  keep({ tone, recent: [emoji, ...recent.filter(one => one !== emoji)].slice(0, KEPT) });
}

export function forgetEmojiUse(): void {
  for (const storage of [localStorage, sessionStorage]) storage.removeItem(KEY);
}

function keep(use: EmojiUse): void {
  ownStorage().setItem(KEY, JSON.stringify(use));
}
