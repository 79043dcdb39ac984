/** What is being typed, as far as it begins or ends something. */

import { parse } from "./markdown";

/** What stands before the caret and may become a mention or an emoji. */
export interface Begun {
  sign: "@" | ":";
  word: string;
  /** Where the sign stands. */
  from: number;
}

const REACH = 64;
const BEGUN = /(?<![\p{L}\p{N}_@:/.])([@:])([\p{L}\p{N}._+-]*)$/u;
const CLOSED = /(?<![\p{L}\p{N}_:]):([a-z0-9_+-]{2,40}):$/u;

export function begun(text: string, caret: number): Begun | null {
  const before = text.slice(Math.max(0, caret - REACH), caret);
  const [, sign, word = ""] = BEGUN.exec(before) ?? [];
  if (!sign || inCode(text.slice(0, caret))) return null;
  if (sign === ":" && !/^[\p{L}\p{N}_+-]{2,}$/u.test(word)) return null;
  return { sign: sign as Begun["sign"], word, from: caret - word.length - 1 };
}

/** What stands before the caret between two colons. */
export function closed(text: string, caret: number): { code: string; from: number } | null {
  const [found, code] = CLOSED.exec(text.slice(Math.max(0, caret - REACH), caret)) ?? [];
  return found && code && !inCode(text.slice(0, caret)) ? { code, from: caret - found.length } : null;
}

function inCode(before: string): boolean {
  const fences = before.match(/^```/gm)?.length ?? 0;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return fences % 2 === 1 || (line.match(/`/g)?.length ?? 0) % 2 === 1;
}

/** Words with an address put upon them, as a link; null where these do not make one. */
export function asLink(words: string, address: string): string | null {
  if (!words.trim() || parse(words.trim()).some(block => block.type !== "paragraph")) return null;
  const made = `[${words.trim()}](${address.trim()})`;
  const [block, ...more] = parse(made);
  if (more.length || block?.type !== "paragraph" || block.children.length !== 1) return null;
  const [link] = block.children;
  const isLink = link?.type === "link" && link.url === address.trim() && !/^https?:/.test(words.trim());
  return isLink ? made : null;
}
