/**
 * What a text says, for finding it again in any script: the rule of services/chat/words.py, where it is told; both are
 * held to tests/vectors/search.json.
 */

const DENSE = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\u30fc`;
const RUNS = new RegExp(
  [
    String.raw`(?<mention><@(?:\p{Nd}+|all)>)`,
    `(?<dense>[${DENSE}]+)`,
    String.raw`(?<word>[[\p{L}\p{N}]--[${DENSE}]][[\p{L}\p{M}\p{N}]--[${DENSE}]]*)`,
    String.raw`(?<sign>\p{Extended_Pictographic})`,
  ].join("|"),
  "gv",
);
const ACCENTS = new RegExp(
  [
    String.raw`[\u0300-\u0305\u0307-\u036f]|(?<!\u0438)\u0306`,
    String.raw`[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]`,
    String.raw`[\u0640\u064b-\u0652\u0670]`,
  ].join("|"),
  "gu",
);
const SPACES = /\p{White_Space}+/u;
/** A word that is being typed is the beginning of others from this length on. */
const BEGINNING = 3;

/** What must stand in a text in a row: words, and characters of scripts without spaces. */
export interface Part {
  units: string[];
  /** Whether the last word may go on. */
  open: boolean;
}

/** The words of a text, and the characters of what has none, in their order. */
export function unitsOf(text: string): string[] {
  return unitsIn(runsIn(folded(text)));
}

/** What somebody looks for: what they put in quotation marks stands in a row, the rest anywhere. */
export function partsOf(text: string): Part[] {
  const quoted = text.replace(/[“”]/g, '"').split('"');
  const rest = quoted.pop()!;
  const parts = quoted.flatMap((some, number) =>
    number % 2 ? part(some) : some.split(SPACES).map(chunk => part(chunk)),
  );
  if (quoted.length % 2) parts.push(part(rest, true));
  else parts.push(...rest.split(SPACES).map((chunk, number, chunks) => part(chunk, number === chunks.length - 1)));
  return parts.filter(({ units }) => units.length);
}

/** Whether all of this stands in a text. */
export function says(text: string, parts: readonly Part[]): boolean {
  const letters = folded(text);
  // Few texts have them all, and it takes long to take one apart.
  if (!parts.every(({ units }) => units.every(unit => letters.includes(unit)))) return false;
  const units = unitsIn(runsIn(letters));
  return parts.every(part => isIn(part, units));
}

function isIn({ units: wanted, open }: Part, units: readonly string[]): boolean {
  const last = wanted.length - 1;
  return units.some((_, from) =>
    wanted.every((unit, at) => {
      const there = units[from + at];
      return open && at === last ? there?.startsWith(unit) : there === unit;
    }),
  );
}

function part(text: string, isTyped = false): Part {
  const runs = runsIn(folded(text));
  const last = runs.at(-1)?.word ?? "";
  return { units: unitsIn(runs), open: isTyped && [...last].length >= BEGINNING };
}

interface Run {
  word: string | undefined;
  characters: string;
}

function unitsIn(runs: readonly Run[]): string[] {
  return runs.flatMap(({ word, characters }) => (word === undefined ? [...characters] : word));
}

/** The words of a folded text, and its runs of characters. */
function runsIn(letters: string): Run[] {
  return [...letters.matchAll(RUNS)].flatMap(({ 0: characters, groups }) =>
    groups!.mention === undefined ? { word: groups!.word, characters } : [],
  );
}

/** Without what nobody tells apart when they search: upper and lower case, wide and narrow, accents. */
function folded(text: string): string {
  if (!/\P{ASCII}/u.test(text)) return text.toLowerCase();
  const apart = text
    .normalize("NFKC")
    .replace(/[^ı]+/g, letters => letters.toLowerCase().toUpperCase().toLowerCase()) // only ı would become another one
    .replaceAll("ς", "σ")
    .normalize("NFD");
  return apart.replace(ACCENTS, "").normalize("NFKC");
}
