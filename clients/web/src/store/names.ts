import type { Id, Presence, User } from "../protocol";
import type { Chat } from "../state/whole";
import { t } from "../text/i18n";
import { store } from "./app";
import { useComputed, useValue } from "./hooks";

/** What somebody is called; to be read within a computation, which then follows it. */
export function nameOf(userId: Id): string {
  return store.people.at(userId).value?.display_name ?? t("chat.someone");
}

/** The other one in a direct chat. */
export function partnerOf(chat: Chat, me: Id | undefined): Id | null {
  if (chat.kind !== "direct") return null;
  return chat.low_id === me ? chat.high_id : chat.low_id;
}

/** What a chat is called; to be read within a computation. */
export function titleOf(chat: Chat): string {
  if (chat.kind === "saved") return t("chat.saved");
  const partner = partnerOf(chat, store.me.value?.id);
  return partner === null ? chat.title : nameOf(partner);
}

export function useTitle(chat: Chat): string {
  return useComputed(() => titleOf(chat), [chat]);
}

export function usePerson(userId: Id): User | undefined {
  return useValue(store.people.at(userId));
}

export function usePresence(userId: Id | null): Presence | undefined {
  return useValue(store.presence.at(userId ?? 0));
}
