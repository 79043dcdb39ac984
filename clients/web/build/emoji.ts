import { createRequire } from "node:module";
import type { CompactEmoji, HexcodesDataset, MessagesDataset, ShortcodesDataset } from "emojibase";
import type { Plugin } from "vite";
import type { Emoji, EmojiBook } from "../src/text/emoji";

const VIRTUAL = /^emoji:[a-z]{2}$/;
const COMPONENTS = 2;
const TONES = ["light", "medium-light", "medium", "medium-dark", "dark"];
const require = createRequire(import.meta.url);
const spellings: HexcodesDataset = require("emojibase-data/meta/hexcodes.json");

/** Makes `emoji:de` and its like of emojibase's data: what the app needs of them, at a fifth of their size. */
export function emoji(): Plugin {
  return {
    name: "dialog:emoji",
    resolveId: id => (VIRTUAL.test(id) ? `\0${id}` : null),
    load(id) {
      if (!VIRTUAL.test(id.slice(1))) return null;
      const text = JSON.stringify(book(id.slice(-2)));
      return `export default JSON.parse(${JSON.stringify(text)});`;
    },
  };
}

function book(language: string): EmojiBook {
  const read = <T>(path: string): T => require(`emojibase-data/${path}.json`);
  const { groups, skinTones } = read<MessagesDataset>(`${language}/messages`);
  const codes = read<ShortcodesDataset>("en/shortcodes/emojibase");
  const usual = read<ShortcodesDataset>("en/shortcodes/github");
  const found = read<CompactEmoji[]>(`${language}/compact`).filter(one => (one.group ?? COMPONENTS) !== COMPONENTS);
  return {
    groups: groups.map(group => capitalised(group.message)),
    tones: TONES.map(tone => capitalised(skinTones.find(one => one.key === tone)!.message)),
    emoji: found.map(one => shortened(one, [usual[one.hexcode] ?? [], codes[one.hexcode] ?? []].flat())),
  };
}

function shortened(one: CompactEmoji, codes: string[]): Emoji {
  const { group, label, tags = [], skins = [] } = one;
  const tones = TONES.map((_, tone) => qualified(skins.find(skin => isOf(skin.unicode, tone)) ?? one));
  return {
    emoji: qualified(one),
    group: group!,
    name: label,
    tags,
    codes: [...new Set(codes)],
    ...(skins.length > 0 && { tones }),
  };
}

/** The shortest spelling that Unicode recommends; emojibase also says of some twice that they are emoji. */
function qualified({ hexcode, unicode }: CompactEmoji): string {
  const [found] = Object.entries(spellings[hexcode] ?? {}).find(([, qualifier]) => qualifier === 0) ?? [];
  return found ? String.fromCodePoint(...found.split("-").map(point => Number.parseInt(point, 16))) : unicode;
}

/** Whether all skin in an emoji has this tone. */
function isOf(text: string, tone: number): boolean {
  const modifiers = text.match(/[\u{1f3fb}-\u{1f3ff}]/gu) ?? [];
  return modifiers.every(modifier => modifier.codePointAt(0) === 0x1f3fb + tone);
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
