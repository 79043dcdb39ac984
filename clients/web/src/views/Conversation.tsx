import { useEffect, useLayoutEffect, useState } from "react";
import type { Id, Seq } from "../protocol";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { jump } from "../store/jump";
import { go } from "../store/router";
import { selection } from "../store/selection";
import { watch } from "../store/windows";
import type { Writing } from "../store/writing";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Composer } from "./Composer";
import styles from "./Conversation.module.css";
import { ConversationHeader } from "./ConversationHeader";
import { ConversationSkeleton } from "./ConversationSkeleton";
import { MessageList } from "./MessageList";
import { ScheduledLine } from "./ScheduledLine";
import { SelectionBar } from "./SelectionBar";
import { UnsavedEdit } from "./UnsavedEdit";

/** A chat that is open, at the message `seq` where the address names one. */
export function Conversation({ chatId, seq }: { chatId: Id; seq: Seq | undefined }) {
  const record = useValue(store.chats.at(chatId));
  const ready = useValue(store.connection)?.ready ?? false;
  const [writing, setWriting] = useState<Writing>(() => store.begun.get(chatId) ?? { kind: "new" });
  const isChoosing = useComputed(() => selection.value?.chatId === chatId, [chatId]);
  // Before its messages are asked for: the list begins there.
  useLayoutEffect(() => {
    if (seq === undefined) return;
    jump.value = { chatId, seq };
    go({ name: "chat", chatId }, { replace: true });
  }, [chatId, seq]);
  useEffect(() => watch(chatId), [chatId]);
  const isUnknown = !record && ready;
  useEffect(() => {
    if (isUnknown && jump.peek()?.chatId === chatId) jump.value = null; // nothing will go there
  }, [isUnknown, chatId]);
  if (!record) {
    if (!ready) return <ConversationSkeleton />;
    return (
      <Empty text={t("chat.unknown")}>
        <Button onClick={() => go({ name: "chats" }, { replace: true })}>{t("back")}</Button>
      </Empty>
    );
  }
  return (
    <section className={styles.conversation}>
      <ConversationHeader record={record} />
      <MessageList chat={record.chat} mine={record.mine} onWrite={setWriting} />
      <UnsavedEdit chatId={chatId} writing={writing} onWrite={setWriting} />
      <ScheduledLine chatId={chatId} />
      {isChoosing ? (
        <SelectionBar chatId={chatId} />
      ) : (
        <Composer record={record} writing={writing} onWrite={setWriting} />
      )}
    </section>
  );
}
