import type { Id, Message } from "../protocol";
import { duration } from "./dates";
import { locale, t } from "./i18n";

/** What a group tells of itself, as a sentence. */
export function notice(message: Message, nameOf: (userId: Id) => string): string {
  const told = message.notice;
  const name = nameOf(message.author_id);
  switch (told?.type) {
    case "joined":
      return t("notice.joined", { name });
    case "added":
      return t("notice.added", { name, others: listed(told.user_ids.map(nameOf)) });
    case "left":
      return t("notice.left", { name });
    case "removed":
      return t("notice.removed", { name, other: nameOf(told.user_id) });
    case "role":
      return t(`notice.role_${told.role}`, { name, other: nameOf(told.user_id) });
    case "renamed":
      return t("notice.renamed", { name, title: told.title });
    case "described":
      return t("notice.described", { name });
    case "settings":
      return t("notice.settings", { name });
    case "disappearing":
      if (told.after === null) return t("notice.disappearing_off", { name });
      return t("notice.disappearing", { name, time: duration(told.after) });
    default:
      told satisfies null | undefined;
      return "";
  }
}

/** Names as a sentence has them. */
export function listed(names: string[]): string {
  return new Intl.ListFormat(locale.peek(), { type: "conjunction" }).format(names);
}
