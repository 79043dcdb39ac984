import { Refused } from "../engine/failures";
import type { ClientCommand, Id, Presence, RoutedCommand, User } from "../protocol";
import { call } from "../store/app";
import { nameOf } from "../store/names";
import { showProfile } from "../store/profile";
import { go } from "../store/router";
import { exactly, isSameDay, lately } from "../text/dates";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { listed } from "../text/notices";
import { say } from "../ui/toasts";

type Relating = Extract<ClientCommand, { type: `friend.${string}` | `block.${string}` }>["type"];

/** Change what one and somebody else are to each other; a refusal is said in passing. */
export async function relate(type: Relating, userId: Id): Promise<void> {
  try {
    await call({ type, user_id: userId } as RoutedCommand & { type: Relating });
  } catch (error) {
    say(explain(error));
  }
}

/** Ask somebody to be a friend, by their username. Rejects as `call` does. */
export async function befriend(username: string): Promise<void> {
  const { user } = await call({ type: "user.find", username });
  const { relation } = await call({ type: "friend.request", user_id: user.id });
  say(t(relation.state === "friend" ? "friends.now" : "friends.asked", { name: user.display_name }));
}

/** What went wrong with a username that was looked for. */
export function explainFind(error: unknown): string {
  const unknown = error instanceof Refused && error.failure.status === "not_found";
  return unknown ? t("new.not_found") : explain(error);
}

/** What went wrong with adding people to a group, with the names of those who do not let one. */
export function explainAdding(error: unknown, people: readonly User[]): string {
  if (!(error instanceof Refused && error.failure.reason === "may_not_add")) return explainFind(error);
  const unwilling = error.failure.user_ids;
  const names = unwilling.map(id => people.find(person => person.id === id)?.display_name ?? nameOf(id));
  return t("new.may_not_add", { names: listed(names), count: names.length });
}

/** Open the chat with somebody. */
export async function write(userId: Id): Promise<void> {
  try {
    const chat = await call({ type: "chat.open_direct", user_id: userId });
    showProfile(null);
    go({ name: "chat", chatId: chat.id });
  } catch (error) {
    say(explain(error));
  }
}

/** Open the chat in which one keeps messages for oneself. */
export async function openSaved(): Promise<void> {
  try {
    const chat = await call({ type: "chat.open_saved" });
    go({ name: "chat", chatId: chat.id });
  } catch (error) {
    say(explain(error));
  }
}

/** What somebody shows of themselves, in one line. */
export function presenceLine(presence: Presence | undefined): string {
  if (presence?.text) return presence.text;
  if (presence?.status === "offline" && presence.last_seen) {
    const { last_seen: at } = presence;
    const when = isSameDay(at, Date.now()) ? lately(at, Date.now()) : exactly(at);
    return t("person.last_seen", { when });
  }
  return t(`chat.${presence?.status ?? "offline"}`);
}
