import type { Id } from "../protocol";
import { type Block, type Inline, parse } from "./markdown";

/** Whom a username means; `all` may mean everybody. */
export type Named = ReadonlyMap<string, Id | "all">;

/** Whom a text calls, as commands say it. */
export interface Called {
  mentions: Id[];
  mention_all: boolean;
}

/** As many as a command may name. */
const MOST = 50;

// Code, links and what is escaped come first, lest anything within them is taken for a mention.
const LEFT_ALONE =
  /^```[^\n]*\n(?:[\s\S]*?\n)?```$|(?<!`)(?<ticks>`{1,2})(?!`)[^\n]+?(?<!`)\k<ticks>(?!`)|https?:\/\/\S+|\\[@<]/;
const TYPED = new RegExp(String.raw`${LEFT_ALONE.source}|(?<![\p{L}\p{N}_@])@(?<name>[a-z0-9._]{3,32})`, "gimu");
const SENT = new RegExp(String.raw`${LEFT_ALONE.source}|<@(?<id>all|\d{1,16})>`, "gmu");

type Groups = { name?: string; id?: string };

/** What was typed with `@username`, as it is sent, with `<@id>`. A name that means nobody stays. */
export function toSend(typed: string, people: Named): string {
  return typed.replace(TYPED, (found, ...rest) => {
    const { name } = rest.at(-1) as Groups;
    if (name === undefined) return found;
    const bare = people.has(name.toLowerCase()) ? name : name.replace(/\.+$/, "");
    const id = people.get(bare.toLowerCase());
    return id === undefined ? found : `<@${id}>${name.slice(bare.length)}`;
  });
}

/** The same the other way round, to be written on. */
export function toType(sent: string, people: Named): string {
  const names = new Map([...people].map(([name, id]) => [String(id), name]));
  const typed = sent.replace(SENT, (found, ...rest) => {
    const name = names.get((rest.at(-1) as Groups).id ?? "");
    return name === undefined ? found : `@${name}`;
  });
  // Where a mention touches other words it would not be found again.
  return toSend(typed, people) === sent ? typed : sent;
}

/** Whom a text that is sent calls. */
export function calledIn(sent: string): Called {
  const found = new Set<Id | "all">();
  if (sent.includes("<@")) for (const block of parse(sent)) collect(block, found);
  const mention_all = found.delete("all");
  return { mentions: ([...found] as Id[]).slice(0, MOST), mention_all };
}

function collect(node: Block | Inline, found: Set<Id | "all">): void {
  if (node.type === "mention") found.add(node.user_id);
  else if (node.type === "mention_all") found.add("all");
  else if (node.type === "list") for (const item of node.items.flat()) collect(item, found);
  else if ("children" in node) for (const child of node.children) collect(child, found);
}
