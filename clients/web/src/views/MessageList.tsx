import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Chat, Message, Mine, Seq } from "../protocol";
import { HIDDEN } from "../state/unread";
import { engine, rewatch, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { jump } from "../store/panel";
import type { MessageWindow, Range } from "../store/window";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import type { Writing } from "./Conversation";
import styles from "./MessageList.module.css";
import { MessageRow } from "./MessageRow";
import { UnsentRow } from "./UnsentRow";

/** Rows before either end at which the next page is asked for. */
const NEAR = 12;
/** So close to the end one still counts as there. */
const AT_END = 32;
/** From so far away a way back is offered. */
const FAR = 160;

type Row = { key: string; seq: Seq; before: Seq | null } | { key: string; nonce: string };

interface Props {
  chat: Chat;
  mine: Mine;
  onWrite: (writing: Writing) => void;
}

/** The messages of a chat, anchored to the end: only those near the screen are elements. */
export function MessageList({ chat, mine, onWrite }: Props) {
  const messages = store.window(chat.id);
  const range = useValue(messages.range);
  const unsent = useComputed(() => store.unsent.value.filter(one => one.chat_id === chat.id), [chat.id]);
  const rows = useMemo(() => rowsOf(messages, range, unsent), [messages, range, unsent]);
  const scroller = useRef<HTMLDivElement>(null);
  const visit = useVisit(mine, range.loaded);
  const [highlighted, setHighlighted] = useState<Seq | null>(null);

  const [target, setTarget] = useState<Seq | null>(null);

  const placed = useRef(false);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: index => rows[index]!.key,
    estimateSize: index => estimate(messages, rows[index]!),
    overscan: 8,
    anchorTo: "end",
    followOnAppend: placed.current,
    scrollEndThreshold: AT_END,
    paddingStart: 12,
    paddingEnd: 8,
  });

  // One begins at the end.
  useLayoutEffect(() => {
    if (placed.current || !range.loaded || !rows.length) return;
    placed.current = true;
    list.scrollToEnd();
  }, [range.loaded, rows.length, list]);

  const shown = list.getVirtualItems();
  const [top, bottom] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  const isAtEnd = placed.current && messages.atEnd && list.isAtEnd(AT_END);
  const isFar = placed.current && !(messages.atEnd && list.isAtEnd(FAR));
  useEffect(() => {
    if (!placed.current) return;
    if (top < NEAR) void messages.widen("older");
    if (bottom > rows.length - NEAR) void messages.widen("newer");
  }, [messages, top, bottom, rows.length]);
  useReading(chat, mine, isAtEnd);

  // Only rows that are there can be gone to.
  useLayoutEffect(() => {
    const index = target === null ? -1 : rows.findIndex(row => "seq" in row && row.seq === target);
    if (index < 0) return;
    list.scrollToIndex(index, { align: "center" });
    setTarget(null);
  }, [target, rows, list]);

  async function goTo(seq: Seq) {
    await messages.goTo(seq);
    setHighlighted(seq);
    setTarget(seq);
    setTimeout(() => setHighlighted(null), 1200);
  }

  const wanted = useValue(jump);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes there once, when there is something to go through
  useEffect(() => {
    if (!range.loaded || wanted?.chatId !== chat.id) return;
    jump.value = null;
    void goTo(wanted.seq);
  }, [wanted, range.loaded]);

  function toEnd() {
    if (messages.atEnd) list.scrollToEnd();
    else rewatch(chat.id);
  }

  if (range.loaded && !rows.length) return <Empty text={t("chat.empty")} />;
  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="log"
        aria-label={t("chat.log")}
        aria-live="off"
        tabIndex={0}
        onKeyDown={event => {
          if (event.target instanceof HTMLElement && moveFocus(event.key, event.currentTarget)) event.preventDefault();
        }}
      >
        <div className={styles.rows} style={{ blockSize: list.getTotalSize() }}>
          {shown.map(item => {
            const row = rows[item.index]!;
            return (
              <div
                key={row.key}
                ref={list.measureElement}
                data-index={item.index}
                className={styles.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {"seq" in row ? (
                  <MessageRow
                    chat={chat}
                    message={messages.at(row.seq)!}
                    before={row.before === null ? undefined : messages.at(row.before)}
                    isFirstUnread={visit.unread > 0 && row.seq > visit.readSeq && (row.before ?? 0) <= visit.readSeq}
                    unread={visit.unread}
                    isHighlighted={highlighted === row.seq}
                    onWrite={onWrite}
                    onGoTo={seq => void goTo(seq)}
                  />
                ) : (
                  <UnsentRow unsent={unsent.find(one => one.nonce === row.nonce)!} />
                )}
              </div>
            );
          })}
        </div>
      </div>
      <Announcer chat={chat} />
      {isFar && <Pill count={mine.unread} onPick={toEnd} />}
    </div>
  );
}

function rowsOf(messages: MessageWindow, { first, last }: Range, unsent: { nonce: string }[]): Row[] {
  const rows: Row[] = [];
  let before: Seq | null = null;
  const nonces = new Set<string>();
  for (let seq = first; seq <= last; seq++) {
    const message = messages.peek(seq);
    if (!message || message.kind === HIDDEN) continue;
    nonces.add(message.nonce);
    rows.push({ key: message.nonce || String(seq), seq, before });
    before = seq;
  }
  // One that was posted keeps the place and the element that it had while it waited.
  for (const { nonce } of unsent) if (!nonces.has(nonce)) rows.push({ key: nonce, nonce });
  return rows;
}

function estimate(messages: MessageWindow, row: Row): number {
  const message: Message | undefined = "seq" in row ? messages.peek(row.seq) : undefined;
  if (!message) return 44;
  return (
    40 + 22 * Math.floor(message.text.length / 64) + (message.reactions?.length ? 30 : 0) + (message.reply_to ? 42 : 0)
  );
}

/** What was unread when one came stays marked for the visit. */
function useVisit(mine: Mine, loaded: boolean): { readSeq: Seq; unread: number } {
  const visit = useRef({ readSeq: mine.read_seq, unread: mine.unread });
  if (!loaded) visit.current = { readSeq: mine.read_seq, unread: mine.unread };
  return visit.current;
}

/** What one has in front of one's eyes, to the end, is read. */
function useReading(chat: Chat, mine: Mine, isAtEnd: boolean): void {
  const behind = mine.unread > 0 || mine.prefs?.marked_unread;
  useEffect(() => {
    if (!isAtEnd || !behind) return;
    const look = () => {
      if (document.visibilityState === "visible" && document.hasFocus()) void engine.read(chat.id, chat.head_seq);
    };
    look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [chat.id, chat.head_seq, isAtEnd, behind]);
}

function Pill({ count, onPick }: { count: number; onPick: () => void }) {
  return (
    <button type="button" className={styles.pill} aria-label={t("chat.to_end")} onClick={onPick}>
      <ArrowDown size={18} />
      {count > 0 && t("chat.new_messages", { count })}
    </button>
  );
}

/** Says the newest message of others to those who listen. */
function Announcer({ chat }: { chat: Chat }) {
  const text = useComputed(() => {
    const last = store.chats.at(chat.id).value?.last;
    if (!last || last.notice || last.author_id === store.me.value?.id) return "";
    return `${store.people.at(last.author_id).value?.display_name ?? ""}: ${last.text}`;
  }, [chat.id]);
  return (
    <p className={styles.unseen} aria-live="polite">
      {text}
    </p>
  );
}

/** Arrow keys move from message to message. */
function moveFocus(key: string, log: HTMLElement): boolean {
  if (key !== "ArrowUp" && key !== "ArrowDown") return false;
  const articles = [...log.querySelectorAll<HTMLElement>("article")].sort(
    (one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top,
  );
  const at = articles.indexOf(document.activeElement?.closest("article") as HTMLElement);
  const next = at < 0 ? articles.at(-1) : articles[at + (key === "ArrowDown" ? 1 : -1)];
  next?.focus();
  return next !== undefined;
}
