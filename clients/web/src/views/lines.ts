import type { Message } from "../protocol";
import { store } from "../store/app";
import { nameOf } from "../store/names";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";

/** What a message says, in one line; to be read within a computation. It is folded where its conversation folds it. */
export function lineOf(message: Message): string {
  const record = store.chats.at(message.chat_id).value;
  const isUnwanted = record !== undefined && store.isUnwanted(record.chat, message.author_id);
  return isUnwanted ? t("message.of_blocked") : inOneLine(message, nameOf);
}
