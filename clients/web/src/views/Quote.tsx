import { useEffect, useState } from "react";
import type { Id, Message, Seq } from "../protocol";
import { engine, store } from "../store/app";
import { useComputed } from "../store/hooks";
import { nameOf } from "../store/names";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";
import { hue } from "../ui/Avatar";
import styles from "./Quote.module.css";

/** The message that another one answers, in one line; a click leads there. */
export function Quote({ chatId, seq, onGoTo }: { chatId: Id; seq: Seq; onGoTo: (seq: Seq) => void }) {
  const message = useQuoted(chatId, seq);
  const author = useComputed(() => (message ? nameOf(message.author_id) : ""), [message]);
  const text = useComputed(() => (message ? inOneLine(message, nameOf) : t("message.reply_gone")), [message]);
  return (
    <button type="button" className={styles.quote} style={hue(message?.author_id ?? 0)} onClick={() => onGoTo(seq)}>
      <bdi className={styles.author}>{author}</bdi>
      <bdi className={styles.text}>{text}</bdi>
    </button>
  );
}

/** It may lie outside of what is held: then it is asked for. */
function useQuoted(chatId: Id, seq: Seq): Message | undefined {
  const held = useComputed(() => store.window(chatId).at(seq)?.value, [chatId, seq]);
  const [fetched, setFetched] = useState<Message>();
  useEffect(() => {
    if (held) return;
    engine.page({ type: "message.history", chat_id: chatId, around: seq, limit: 1 }).then(
      ({ messages }) => setFetched(messages.find(message => message.seq === seq)),
      () => {},
    );
  }, [chatId, seq, held]);
  return held ?? fetched;
}
