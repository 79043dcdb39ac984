import { useEffect, useRef, useState } from "react";
import type { Message, Seq } from "../protocol";
import { HIDDEN, SYSTEM } from "../state/unread";
import type { Chat } from "../state/whole";
import { store } from "../store/app";
import { nameOf } from "../store/names";
import { windowOf } from "../store/windows";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";
import styles from "./Announcer.module.css";

/** What comes within so many milliseconds is told together. */
const TOGETHER = 500;

/** Tells those who listen what others write: one message, or how many. */
export function Announcer({ chat }: { chat: Chat }) {
  const [text, setText] = useState("");
  const latest = useRef(chat);
  const told = useRef(chat.head_seq);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  latest.current = chat;
  useEffect(() => {
    if (chat.head_seq <= told.current || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      const news = saidSince(latest.current, told.current);
      told.current = latest.current.head_seq;
      if (news.length) setText(summary(news));
    }, TOGETHER);
  }, [chat]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <p className={styles.unseen} aria-live="polite">
      {text}
    </p>
  );
}

/** What others have said after a message, but for those whom one blocks. */
function saidSince(chat: Chat, seq: Seq): Message[] {
  const messages = windowOf(chat.id);
  const found: Message[] = [];
  for (let at = seq + 1; at <= chat.head_seq; at++) {
    const message = messages.peek(at);
    if (message && isNews(chat, message)) found.push(message);
  }
  return found;
}

function isNews(chat: Chat, { kind, deleted_at, author_id }: Message): boolean {
  if (kind === SYSTEM || kind === HIDDEN || deleted_at != null) return false;
  return author_id !== store.me.peek()?.id && !store.isUnwanted(chat, author_id);
}

function summary(news: Message[]): string {
  const last = news.at(-1)!;
  const name = nameOf(last.author_id);
  if (news.length === 1) return `${name}: ${inOneLine(last, nameOf)}`;
  const count = news.length;
  const isOfOne = news.every(message => message.author_id === last.author_id);
  return isOfOne ? t("chat.new_messages_of", { count, name }) : t("chat.new_messages", { count });
}
