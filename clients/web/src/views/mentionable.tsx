import { Users } from "lucide-react";
import type { Id, User } from "../protocol";
import type { ChatRecord } from "../state/records";
import { reaches } from "../state/roles";
import { store } from "../store/app";
import { partnerOf } from "../store/names";
import { windowOf } from "../store/windows";
import { t } from "../text/i18n";
import { calledIn, type Named } from "../text/mentions";
import { Avatar } from "../ui/Avatar";
import type { Suggestion } from "./Suggestions";

const SHOWN = 8;
/** Of so many messages back the authors come first. */
const LATELY = 50;

/** Whom one can mention in a chat, by what they are typed as; to be read within a computation. */
export function namedIn(record: ChatRecord): Named {
  const named = new Map<string, Id | "all">(peopleIn(record).map(user => [user.username, user.id]));
  if (mayCallAll(record)) named.set("all", "all");
  return named;
}

/** The same for a text that was sent: also those who have left. */
export function namedBy(text: string, named: Named): Named {
  const people = calledIn(text).mentions.flatMap(id => store.people.peek(id) ?? []);
  return new Map([...people.map(user => [user.username, user.id] as const), ...named]);
}

/** Whom a few letters after an `@` may mean; to be read within a computation. */
export function mentionable(record: ChatRecord, typed: string): Suggestion[] {
  const wanted = typed.toLocaleLowerCase();
  const me = store.me.value?.id;
  const spoke = lastAuthors(record.chat.id);
  const people = peopleIn(record)
    .filter(user => user.id !== me && isCalled(user, wanted))
    .sort((one, other) => spoke.indexOf(other.id) - spoke.indexOf(one.id) || byName(one, other))
    .map(user => ({
      key: String(user.id),
      icon: <Avatar id={user.id} name={user.display_name} size="small" />,
      name: user.display_name,
      detail: `@${user.username}`,
      text: `@${user.username} `,
    }));
  const all = mayCallAll(record) && "all".startsWith(wanted) ? [everybody(record)] : [];
  return [...people.slice(0, SHOWN - all.length), ...all];
}

function everybody({ chat }: ChatRecord): Suggestion {
  return {
    key: "all",
    icon: <Users size={20} strokeWidth={1.75} />,
    name: "@all",
    detail: t("chat.members", { count: chat.member_count }),
    text: "@all ",
  };
}

function peopleIn({ chat }: ChatRecord): User[] {
  const me = store.me.value?.id;
  const partner = partnerOf(chat, me);
  const ids = partner === null ? (store.rosters.at(chat.id).value?.members ?? []).map(one => one.user_id) : [partner];
  return ids.flatMap(id => store.people.at(id).value ?? []);
}

/** Everybody in a group can be told by its admins. */
function mayCallAll({ chat, mine }: ChatRecord): boolean {
  return chat.kind === "group" && reaches(mine.role, "admin");
}

function isCalled({ username, display_name }: User, wanted: string): boolean {
  const names = [username, ...display_name.toLocaleLowerCase().split(/\s+/u)];
  return names.some(name => name.startsWith(wanted)) || display_name.toLocaleLowerCase().startsWith(wanted);
}

function byName(one: User, other: User): number {
  return one.display_name.localeCompare(other.display_name);
}

/** Who spoke lately, whoever spoke last at the end. */
function lastAuthors(chatId: Id): Id[] {
  const messages = windowOf(chatId);
  const { first, last } = messages.range.peek();
  const authors = new Set<Id>();
  for (let seq = last; seq >= first && seq > last - LATELY; seq--) {
    const author = messages.peek(seq)?.author_id;
    if (author !== undefined) authors.add(author);
  }
  return [...authors].reverse();
}
