import type { Has, Id, SearchMessages, User } from "../protocol";
import type { Chat } from "../state/whole";

const FILTER = /(?<!\S)(from|in|has|before|after):(?:"([^"]*)"|(\S+))/gi;
const HAS: readonly string[] = ["link", "mention", "pin", "reaction"] satisfies Has[];

/** What this device knows by name. */
export interface Known {
  me: User | null;
  people: readonly User[];
  chats: readonly { chat: Chat; title: string }[];
}

/** A filter that makes no sense. */
export class BadFilter extends Error {
  constructor(
    readonly filter: "from" | "in" | "has" | "before" | "after",
    readonly value: string,
  ) {
    super(`${filter}:${value}`);
  }
}

/**
 * What somebody types to search, as the command it stands for. Throws BadFilter.
 *
 * `from:NAME` (or `me`), `in:CHAT`, `has:THING`, `before:DATE` and `after:DATE` are taken out of the text, in any order;
 * what has spaces goes in quotation marks.
 */
export function searchFor(typed: string, known: Known): SearchMessages {
  const command: SearchMessages = { type: "message.search", has: [] };
  for (const [, name = "", quoted, plain] of typed.matchAll(FILTER)) {
    const value = quoted ?? plain ?? "";
    const filter = name.toLowerCase() as BadFilter["filter"];
    if (filter === "from") command.from_id = person(value, known);
    else if (filter === "in") command.chat_id = chat(value, known);
    else if (filter === "has") command.has!.push(thing(value));
    else command[filter] = moment(filter, value);
  }
  command.text = typed.replace(FILTER, "").trim();
  return command;
}

function person(name: string, { me, people }: Known): Id {
  const wanted = name.replace(/^@/, "").toLocaleLowerCase();
  if (wanted === "me" && me) return me.id;
  const named = people.filter(user => user.username === wanted);
  const found = named.length ? named : people.filter(user => user.display_name.toLocaleLowerCase() === wanted);
  if (found.length !== 1) throw new BadFilter("from", name);
  return found[0]!.id;
}

function chat(title: string, { chats }: Known): Id {
  const wanted = title.toLocaleLowerCase();
  const found = chats.filter(one => one.title.toLocaleLowerCase() === wanted);
  if (found.length !== 1) throw new BadFilter("in", title);
  return found[0]!.chat.id;
}

function thing(value: string): Has {
  const wanted = value.toLowerCase();
  if (!HAS.includes(wanted)) throw new BadFilter("has", value);
  return wanted as Has;
}

/** A date is that of where one is. */
function moment(filter: "before" | "after", value: string): number {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00` : value);
  if (Number.isNaN(at)) throw new BadFilter(filter, value);
  return at;
}
