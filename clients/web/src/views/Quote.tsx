import { useEffect, useRef } from "react";
import type { Id, Message, Seq } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { nameOf } from "../store/names";
import { windowOf } from "../store/windows";
import { t } from "../text/i18n";
import { hue } from "../ui/Avatar";
import { lineOf } from "./lines";
import styles from "./Quote.module.css";

/** The message that another one answers, in one line; a click leads there. */
export function Quote({ chatId, seq, onGoTo }: { chatId: Id; seq: Seq; onGoTo: (seq: Seq) => void }) {
  const message = useQuoted(chatId, seq);
  const isGone = message === null;
  const author = useComputed(() => (message ? nameOf(message.author_id) : ""), [message]);
  const text = useComputed(() => (message ? lineOf(message) : isGone ? t("message.reply_gone") : ""), [message]);
  return (
    <button type="button" className={styles.quote} style={hue(message?.author_id ?? 0)} onClick={() => onGoTo(seq)}>
      <bdi className={styles.author}>{author}</bdi>
      <bdi className={styles.text}>{text}</bdi>
    </button>
  );
}

/** What is known of it. Where it lies outside of what is held it is asked for, again when there is a connection. */
function useQuoted(chatId: Id, seq: Seq): Message | null | undefined {
  const messages = windowOf(chatId);
  const message = useComputed(() => messages.quote(seq), [messages, seq]);
  const isLive = useComputed(() => store.connection.value?.standing === "live", []);
  const isMissing = message === undefined;
  useEffect(() => {
    if (isMissing && isLive) messages.askQuote(seq).catch(() => {}); // the next connection is another chance
  }, [messages, seq, isMissing, isLive]);
  const last = useRef(message);
  if (!isMissing) last.current = message;
  return last.current;
}
