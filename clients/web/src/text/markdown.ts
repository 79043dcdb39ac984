/** A message's text as a tree, by the rules of docs/markdown.md. */

export type Inline =
  | { type: "text"; text: string }
  | { type: "break" }
  | { type: "code"; text: string }
  | { type: "mention"; user_id: number }
  | { type: "mention_all" }
  | { type: "link"; url: string; children: Inline[] }
  | { type: Style; children: Inline[] };

export type Block =
  | { type: "paragraph"; children: Inline[] }
  | { type: "code_block"; language: string | null; text: string }
  | { type: "quote"; children: Block[] }
  | { type: "list"; ordered: boolean; start: number | null; items: Inline[][] };

type Style = "bold" | "strike" | "spoiler" | "italic";
type BlockKind = "code_block" | "quote" | "bullets" | "numbers" | "paragraph" | "";
type Taken = { nodes: Inline[]; end: number };

const WHITE = String.raw`\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const SPACE = new RegExp(`^[${WHITE}]`);
const WORD = /^[\p{L}\p{N}]/u;

const DEEP_QUOTES = 3;
const FENCE = /^```([A-Za-z0-9_+#.-]{0,20})$/;
const QUOTED = /^>(?: |$)/;
const ITEM = /^[-*] ([^\n]*)$/;
const NUMBERED = /^([0-9]{1,9})\. ([^\n]*)$/;
const MENTION = /<@(?:(all)|([1-9][0-9]{0,15}))>/y;
const LABELLED = new RegExp(String.raw`\[([^\[\]\n]+)\]\((https?://[^${WHITE}<>${"`"}\\()]+)\)`, "y");
const URL_START = new RegExp(String.raw`https?://[^${WHITE}<>${"`"}\\]+`, "y");
const ESCAPED = /\\([!-/:-@[-`{-~])/y;
const STYLES: [sign: string, style: Style, runs: number[]][] = [
  // How many of the character stand together where it opens or closes.
  ["**", "bold", [2, 3]],
  ["~~", "strike", [2]],
  ["||", "spoiler", [2]],
  ["*", "italic", [1, 3]],
  ["_", "italic", [1]],
];

/** The blocks of a message. */
export function parse(text: string): Block[] {
  return blocks(text.replace(/\r\n?/g, "\n").split("\n"), 0);
}

function blocks(lines: string[], quotes: number): Block[] {
  const found: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const { kind, end } = blockAt(lines, at, quotes);
    const part = lines.slice(at, end);
    at = end;
    if (kind) found.push(block(kind, part, quotes));
  }
  return found;
}

function block(kind: Exclude<BlockKind, "">, part: string[], quotes: number): Block {
  switch (kind) {
    case "code_block":
      return { type: kind, language: part[0]!.slice(3) || null, text: part.slice(1, -1).join("\n") };
    case "quote":
      return {
        type: kind,
        children: blocks(
          part.map(line => line.slice(2)),
          quotes + 1,
        ),
      };
    case "bullets":
      return { type: "list", ordered: false, start: null, items: part.map(line => inline(line.slice(2))) };
    case "numbers": {
      const items = part.map(line => inline(NUMBERED.exec(line)![2]!));
      return { type: "list", ordered: true, start: Number.parseInt(part[0]!, 10), items };
    }
    case "paragraph":
      return { type: kind, children: inline(part.join("\n")) };
  }
}

/** What begins at a line, and where it ends. */
function blockAt(lines: string[], at: number, quotes: number): { kind: BlockKind; end: number } {
  const kind = kindOf(lines, at, quotes);
  if (kind === "code_block") return { kind, end: lines.indexOf("```", at + 1) + 1 };
  let end = at + 1;
  while (kind && end < lines.length && kindOf(lines, end, quotes) === kind) end += 1;
  return { kind, end };
}

function kindOf(lines: string[], at: number, quotes: number): BlockKind {
  const line = lines[at]!;
  if (FENCE.test(line) && lines.includes("```", at + 1)) return "code_block";
  if (QUOTED.test(line) && quotes < DEEP_QUOTES) return "quote";
  if (ITEM.test(line)) return "bullets";
  if (NUMBERED.test(line)) return "numbers";
  return /[^ \t]/.test(line) ? "paragraph" : "";
}

function inline(text: string, used: readonly Style[] = [], links = true): Inline[] {
  const nodes: Inline[] = [];
  const hopeless = new Set<string>(); // what no longer closes further on
  for (let at = 0; at < text.length; ) {
    const taken = atom(text, at, links) ?? styled(text, at, used, hopeless, links);
    if (taken) {
      nodes.push(...taken.nodes);
      at = taken.end;
    } else {
      nodes.push(text[at] === "\n" ? { type: "break" } : { type: "text", text: text[at]! });
      at += 1;
    }
  }
  return joined(nodes);
}

function joined(nodes: Inline[]): Inline[] {
  const found: Inline[] = [];
  for (const node of nodes) {
    const last = found.at(-1);
    if (node.type === "text" && last?.type === "text")
      found[found.length - 1] = { type: "text", text: last.text + node.text };
    else found.push(node);
  }
  return found;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Rules 1 to 6. */
function atom(text: string, at: number, links: boolean): Taken | null {
  switch (text[at]) {
    case "\\": {
      const found = match(ESCAPED, text, at);
      return found && { nodes: [{ type: "text", text: found[1]! }], end: at + 2 };
    }
    case "`":
      return code(text, at);
    case "<": {
      const found = match(MENTION, text, at);
      if (!found) return null;
      const node: Inline = found[1] ? { type: "mention_all" } : { type: "mention", user_id: Number(found[2]) };
      return { nodes: [node], end: at + found[0].length };
    }
    case "[": {
      const found = links ? match(LABELLED, text, at) : null;
      if (!found) return null;
      const children = inline(found[1]!, [], false);
      return { nodes: [{ type: "link", url: found[2]!, children }], end: at + found[0].length };
    }
    case "h":
      return bareUrl(text, at, links);
    default:
      return null;
  }
}

function bareUrl(text: string, at: number, links: boolean): Taken | null {
  const found = match(URL_START, text, at);
  if (!found || isWordBefore(text, at)) return null;
  const url = trimmed(found[0]);
  if (url.length <= url.split("//")[0]!.length + 2) return null;
  const shown: Inline = { type: "text", text: url };
  return { nodes: [links ? { type: "link", url, children: [shown] } : shown], end: at + url.length };
}

function code(text: string, at: number): Taken {
  const end = run(text, at);
  const size = end - at;
  const lineEnd = `${text}\n`.indexOf("\n", at);
  for (const found of size <= 2 ? text.slice(end, lineEnd).matchAll(/`+/g) : []) {
    if (found[0].length === size && found.index) {
      const inner = text.slice(end, end + found.index);
      return { nodes: [{ type: "code", text: inner }], end: end + found.index + size };
    }
  }
  return { nodes: [{ type: "text", text: text.slice(at, end) }], end };
}

function run(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] === text[at]) end += 1;
  return end;
}

function trimmed(url: string): string {
  const count = (sign: string) => url.split(sign).length - 1;
  while (url && (".,:;!?'\"*_~|]}".includes(url.at(-1)!) || (url.endsWith(")") && count(")") > count("(")))) {
    url = url.slice(0, -1);
  }
  return url;
}

function isWordAt(text: string, at: number): boolean {
  const point = text.codePointAt(at);
  return point !== undefined && WORD.test(String.fromCodePoint(point));
}

function isWordBefore(text: string, at: number): boolean {
  const half = at >= 2 && /[\udc00-\udfff]/.test(text[at - 1]!);
  return at > 0 && isWordAt(text, half ? at - 2 : at - 1);
}

/** Rule 7. */
function styled(text: string, at: number, used: readonly Style[], hopeless: Set<string>, links: boolean): Taken | null {
  for (const [sign, style, runs] of STYLES) {
    const start = at + sign.length;
    if (!text.startsWith(sign, at) || used.includes(style) || hopeless.has(sign) || text[at - 1] === sign[0]) continue;
    if (!runs.includes(run(text, at) - at) || (sign === "_" && isWordBefore(text, at))) continue;
    if (start >= text.length || SPACE.test(text[start]!)) continue;
    const close = closing(text, start, sign, runs, links);
    if (close === null) {
      hopeless.add(sign);
      continue;
    }
    const children = inline(text.slice(start, close), [...used, style], links);
    return { nodes: [{ type: style, children }], end: close + sign.length };
  }
  return null;
}

/** Where what opened before `start` is closed. */
function closing(text: string, start: number, sign: string, runs: number[], links: boolean): number | null {
  for (let at = start; at < text.length; ) {
    const taken = atom(text, at, links);
    if (taken) {
      at = taken.end;
    } else if (text[at] !== sign[0]) {
      at += 1;
    } else {
      const end = run(text, at);
      const close = sign[0] === "*" ? end - sign.length : at;
      const fits = runs.includes(end - at) && close > start && !SPACE.test(text[close - 1]!);
      if (fits && !(sign === "_" && isWordAt(text, close + 1))) return close;
      at = end;
    }
  }
  return null;
}
