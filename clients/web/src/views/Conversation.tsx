import { useEffect, useState } from "react";
import type { Id, Message } from "../protocol";
import { store, watch } from "../store/app";
import { useValue } from "../store/hooks";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import { Composer } from "./Composer";
import styles from "./Conversation.module.css";
import { ConversationHeader } from "./ConversationHeader";
import { MessageList } from "./MessageList";

/** What is being written: something new, an answer, or another text of an earlier message. */
export type Writing = { kind: "new" } | { kind: "reply" | "edit"; message: Message };

/** A chat that is open. */
export function Conversation({ chatId }: { chatId: Id }) {
  const record = useValue(store.chats.at(chatId));
  const ready = useValue(store.connection)?.ready ?? false;
  const [writing, setWriting] = useState<Writing>({ kind: "new" });
  useEffect(() => watch(chatId), [chatId]);
  if (!record) return ready ? <Empty text={t("chat.unknown")} /> : null;
  return (
    <section className={styles.conversation}>
      <ConversationHeader record={record} />
      <MessageList chat={record.chat} mine={record.mine} onWrite={setWriting} />
      <Composer record={record} writing={writing} onWrite={setWriting} />
    </section>
  );
}
