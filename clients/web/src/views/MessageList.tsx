import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Unsent } from "../state/records";
import type { Chat, Mine } from "../state/whole";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { jump } from "../store/jump";
import { useShortcut } from "../store/shortcuts";
import type { End, MessageWindow, Range } from "../store/window";
import { windowOf } from "../store/windows";
import type { Writing } from "../store/writing";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { Empty } from "../ui/Empty";
import { MessagesSkeleton } from "../ui/Skeleton";
import { Announcer } from "./Announcer";
import { FloatingDate } from "./FloatingDate";
import { enterLog, moveFocus } from "./feed";
import { useJumps } from "./jumps";
import { useKeptFocus } from "./kept";
import { EDGE, ListEdge } from "./ListEdge";
import styles from "./MessageList.module.css";
import { MessageRow } from "./MessageRow";
import { Pills } from "./Pills";
import {
  distanceToEnd,
  guess,
  isAbove,
  type List,
  type Place,
  placeIn,
  roomAbove,
  saysDay,
  seenIn,
  travel,
} from "./places";
import { firstUnread, useReading, useVisit } from "./reading";
import { type Row, Rows } from "./rows";
import { UnsentRow } from "./UnsentRow";

/** Rows before either end at which the next page is asked for. */
const NEAR = 30;
/** So close to the end one still counts as there. */
const AT_END = 32;
/** From so far away a way back is offered. */
const FAR = 160;
/** Room above the first unread message when one comes. */
const ABOVE_UNREAD = 64;

interface Props {
  chat: Chat;
  mine: Mine;
  onWrite: (writing: Writing) => void;
}

/** The messages of a chat, anchored to the end: only those near the screen are elements. */
export function MessageList({ chat, mine, onWrite }: Props) {
  const messages = windowOf(chat.id);
  const range = useValue(messages.range);
  const failed = useValue(messages.failed);
  const live = useValue(store.connection)?.standing === "live";
  const unsent = useComputed(() => store.unsent.value.filter(one => one.chat_id === chat.id), [chat.id]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRows(chat, messages, range, unsent, scroller.current);
  const visit = useVisit(mine, range.loaded);
  if (visit.unread && visit.first === null) {
    visit.first = firstUnread(messages, visit.readSeq, store.me.peek()?.id ?? 0);
  }
  const [placed, setPlaced] = useState(false);
  const [lost, setLost] = useState(false);

  const here = useRef<() => Place | null>(() => null);
  const jumps = useJumps(chat.id, messages, range.loaded, here);
  const { trip } = jumps;
  const goal = trip?.goal ?? null;
  // It stays as it is until the next goal: one who has arrived is not moved.
  const above = useRef(0);
  if (goal) above.current = roomAbove(goal);

  // Where one was, else at what is unread, else at the end.
  function first(): Place {
    return store.places.get(chat.id) ?? (visit.unread ? { seq: visit.readSeq + 1, below: ABOVE_UNREAD } : "end");
  }

  const [rangeExtractor, focusEvents] = useKeptFocus(
    useCallback(key => rows.findIndex(row => row.key === key), [rows]),
  );
  const isEmpty = range.loaded && messages.atStart && messages.atEnd && !rows.length;
  const height = useHeight(scroller, isEmpty);
  const list: List = useVirtualizer({
    count: rows.length,
    useFlushSync: false,
    initialOffset: () => guess(rows, first(), innerHeight),
    initialRect: { width: 0, height: innerHeight },
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => rows[index]!.key, [rows]),
    estimateSize: index => rows[index]!.size,
    rangeExtractor,
    overscan: placed ? 6 : 0, // what is in sight comes first
    anchorTo: "end",
    followOnAppend: placed,
    scrollEndThreshold: AT_END,
    paddingStart: EDGE,
    paddingEnd: messages.atEnd ? 8 : EDGE,
    scrollPaddingStart: above.current,
  });

  list.shouldAdjustScrollPositionOnItemSizeChange = (item, _, { scrollOffset }) =>
    isAbove(item, rows, scrollOffset ?? 0);

  const isAtEnd = placed && messages.atEnd && list.isAtEnd(AT_END);
  useHold(list, height, isAtEnd);
  here.current = () => (placed ? (isAtEnd ? "end" : placeIn(list, rows)) : null);

  async function begin() {
    setLost(false);
    if (jump.peek()?.chatId !== chat.id && !(await jumps.show(first()))) setLost(true);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: one begins once
  useLayoutEffect(() => {
    if (range.loaded) void begin();
  }, [range.loaded]);
  useLayoutEffect(() => {
    return () => {
      const place = here.current();
      if (place && place !== "end") store.places.set(chat.id, place);
      else if (place) store.places.delete(chat.id);
    };
  }, [chat.id]);

  const onThere = useCallback(() => setPlaced(true), []);
  const onArrived = useStable(jumps.arrived);
  // Only rows that are there can be gone to.
  useLayoutEffect(() => {
    if (!trip || !rows.length || !list.scrollElement || (trip.goal === "end" && !messages.atEnd)) return;
    return travel(list, rows, trip.goal, onThere, onArrived);
  }, [trip, rows, list, messages, onThere, onArrived]);

  // The engine may begin anew, with the newest messages: one stays where one was.
  const last = useRef<Place | null>(null);
  const restarts = useRef(messages.restarts);
  useLayoutEffect(() => {
    const isAway = last.current !== null && last.current !== "end";
    if (restarts.current !== messages.restarts && !goal && isAway) void jumps.show(last.current!);
    restarts.current = messages.restarts;
    last.current = here.current();
  });

  const shown = list.getVirtualItems();
  const { startIndex: top, endIndex: bottom } = list.range ?? { startIndex: 0, endIndex: 0 };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range is looked at again
  useEffect(() => {
    if (!placed || goal || failed) return;
    if (top < NEAR) void messages.widen("older");
    if (bottom > rows.length - NEAR) void messages.widen("newer");
  }, [messages, top, bottom, range, placed, goal, failed]);
  useEffect(() => {
    if (live && messages.failed.peek()) messages.failed.value = null;
  }, [messages, live]);

  useReading(chat, mine, isAtEnd ? chat.head_seq : placed && !goal ? seenIn(list, rows) : 0);
  const toEnd = useStable(() => void jumps.show("end"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only who arrives at the end has come back
  useEffect(() => {
    if (isAtEnd) jumps.settle();
  }, [isAtEnd]);
  const back = isAtEnd ? null : jumps.back;
  useShortcut("back", () => (back ? back() : false));
  useShortcut("to_end", () => (isAtEnd ? false : toEnd()));

  const goTo = useStable(jumps.goTo);
  const ends = { toStart: jumps.goToStart, toEnd: jumps.goToEnd };
  if (isEmpty) return <Empty text={t("chat.empty")} />;
  const isFar = placed && !(messages.atEnd && list.isAtEnd(FAR));
  const date = placed ? dateAt(messages, rows, list.range?.startIndex ?? 0) : null;
  const edge = (end: End) => <ListEdge end={end} failed={failed === end} onRetry={() => void messages.widen(end)} />;
  return (
    <div className={styles.frame}>
      {!placed && !lost && <MessagesSkeleton />}
      {lost && (
        <Empty text={t("chat.older_failed")}>
          <Button onClick={() => void begin()}>{t("retry")}</Button>
        </Empty>
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        role="log"
        aria-label={t("chat.log")}
        aria-live="off"
        tabIndex={0}
        onKeyDown={event => {
          if (event.defaultPrevented || !moveFocus(event.nativeEvent, event.currentTarget, ends)) return;
          event.preventDefault();
        }}
        onFocus={event => enterLog(event.nativeEvent, event.currentTarget)}
        {...focusEvents}
      >
        <div
          className={classes(styles.rows, list.isScrolling && styles.moving)}
          style={{ blockSize: list.getTotalSize() }}
          hidden={!placed}
        >
          {!messages.atStart && edge("older")}
          {shown.map((item, at) => {
            const row = rows[item.index]!;
            const waiting = "nonce" in row ? unsent.findIndex(one => one.nonce === row.nonce) : -1;
            const gap = item.start - (shown[at - 1]?.end ?? 0);
            return (
              <div
                key={row.key}
                ref={list.measureElement}
                data-index={item.index}
                data-key={row.key}
                className={styles.row}
                style={gap ? { marginBlockStart: gap } : undefined}
              >
                {"seq" in row ? (
                  <MessageRow
                    chatId={chat.id}
                    kind={chat.kind}
                    message={messages.at(row.seq)!}
                    before={row.before === null ? undefined : messages.at(row.before)}
                    isFirstUnread={row.seq === visit.first}
                    unread={visit.unread}
                    isHighlighted={jumps.highlighted === row.seq}
                    onWrite={onWrite}
                    onGoTo={goTo}
                  />
                ) : (
                  <UnsentRow
                    unsent={unsent[waiting]!}
                    seq={chat.head_seq + 1 + waiting}
                    isNewDay={row.isNewDay}
                    joins={row.joins}
                    onWrite={onWrite}
                  />
                )}
              </div>
            );
          })}
          {!messages.atEnd && edge("newer")}
        </div>
      </div>
      <Announcer chat={chat} />
      {date !== null && (
        <FloatingDate
          chatId={chat.id}
          at={date}
          scroller={scroller}
          isNeeded={() => !(messages.atEnd && distanceToEnd(list) <= AT_END) && !saysDay(list, rows, messages)}
        />
      )}
      <Pills count={mine.unread} onEnd={isFar ? toEnd : null} onBack={isFar ? jumps.back : null} />
    </div>
  );
}

function useRows(
  chat: Chat,
  messages: MessageWindow,
  range: Range,
  unsent: Unsent[],
  scroller: HTMLElement | null,
): Row[] {
  const { id, kind } = chat;
  const me = useValue(store.me)?.id ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each chat has rows of its own
  const made = useMemo(() => new Rows(messages, kind === "group", me), [id, messages, kind, me]);
  return useMemo(() => made.of(range, unsent, scroller?.clientWidth || innerWidth), [made, range, unsent, scroller]);
}

/** A function that stays the same while what it does may be another thing each time. */
function useStable<A extends unknown[]>(work: (...args: A) => void): (...args: A) => void {
  const current = useRef(work);
  current.current = work;
  return useCallback((...args: A) => current.current(...args), []);
}

/** The height of what is in sight, in pixels. Nothing is there to scroll as long as the list is empty. */
function useHeight(scroller: RefObject<HTMLElement | null>, isEmpty: boolean): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (isEmpty || !element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, isEmpty]);
  return height;
}

/** Whoever is at the end stays there when more or less is in sight. */
function useHold(list: List, height: number, isAtEnd: boolean): void {
  const before = useRef({ height, isAtEnd });
  useLayoutEffect(() => {
    const isOther = before.current.height !== height;
    if (isOther && before.current.isAtEnd) list.scrollToEnd();
    else before.current.isAtEnd = isAtEnd;
    before.current.height = height;
  });
}

function dateAt(messages: MessageWindow, rows: Row[], index: number): number | null {
  const row = rows[index];
  return row && "seq" in row ? (messages.peek(row.seq)?.sent_at ?? null) : null;
}
