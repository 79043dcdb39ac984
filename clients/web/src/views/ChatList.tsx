import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { Search, SquarePen } from "lucide-react";
import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { titleOf } from "../store/names";
import { toggle } from "../store/panel";
import { LIST, prefer, preferences } from "../store/preferences";
import { go } from "../store/router";
import { t } from "../text/i18n";
import { Button, IconButton } from "../ui/Button";
import { Divider } from "../ui/Divider";
import { Empty } from "../ui/Empty";
import { ChatListSkeleton } from "../ui/Skeleton";
import { Tabs } from "../ui/Tabs";
import styles from "./ChatList.module.css";
import { ChatRow } from "./ChatRow";
import { NewChat } from "./NewChat";
import { useStill } from "./useStill";

const KINDS = ["all", "unread", "groups"] as const;
/** Which chats are shown. */
type Kind = (typeof KINDS)[number];

/** Height of a row until it is measured, in pixels. */
const ROW = 64;

/** The chats, with a line to find one in. */
export function ChatList({ open }: { open: Id | null }) {
  const [wanted, setWanted] = useState("");
  const [kind, setKind] = useState<Kind>("all");
  const [making, setMaking] = useState<"chat" | "group" | null>(null);
  const list = useRef<HTMLElement>(null);
  const isEmpty = useComputed(() => !store.order.value.length, []);
  const width = useComputed(() => preferences.value.list, []);
  function showAll() {
    setWanted("");
    setKind("all");
    // The button that was pressed goes.
    (list.current!.querySelector<HTMLElement>("[role=tab]") ?? list.current!.querySelector("input")!).focus();
  }
  const rows = (
    <Rows open={open} kind={kind} wanted={wanted.trim().toLocaleLowerCase()} onMake={setMaking} onShowAll={showAll} />
  );
  return (
    <aside
      ref={list}
      className={styles.list}
      style={{ "--width": `${width}px` } as CSSProperties}
      aria-label={t("list.label")}
    >
      <header className={styles.head}>
        <h1>{t("list.title")}</h1>
        <IconButton label={t("search.all")} onClick={() => toggle({ name: "search", chatId: null })}>
          <Search size={20} strokeWidth={1.75} />
        </IconButton>
        <IconButton label={t("list.new")} onClick={() => setMaking("chat")}>
          <SquarePen size={20} strokeWidth={1.75} />
        </IconButton>
      </header>
      <input
        type="search"
        className={styles.find}
        placeholder={t("list.filter")}
        aria-label={t("list.filter")}
        value={wanted}
        onInput={event => setWanted(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === "Escape") setWanted("");
        }}
      />
      {isEmpty ? (
        rows
      ) : (
        <Tabs
          label={t("list.kinds")}
          tabs={KINDS.map(key => ({ key, title: t(`list.kind_${key}`) }))}
          chosen={kind}
          onChoose={setKind}
        >
          {rows}
        </Tabs>
      )}
      <Divider
        label={t("list.width")}
        value={width}
        range={LIST}
        onDraw={drawn => list.current!.style.setProperty("--width", `${drawn}px`)}
        onValue={chosen => prefer({ list: chosen })}
      />
      {making && <NewChat asGroup={making === "group"} onClose={() => setMaking(null)} />}
    </aside>
  );
}

interface RowsProps {
  open: Id | null;
  kind: Kind;
  wanted: string;
  onMake: (what: "chat" | "group") => void;
  onShowAll: () => void;
}

function Rows({ open, kind, wanted, onMake, onShowAll }: RowsProps) {
  const ready = useValue(store.connection)?.ready ?? false;
  const [withArchive, setWithArchive] = useState(false);
  const all = useComputed(
    () => store.order.value.filter(id => fits(id, wanted) && (id === open || isOfKind(id, kind))),
    [wanted, kind, open],
  );
  const archived = useComputed(() => all.filter(isArchived), [all]);
  const away = new Set(archived);
  const sorted = wanted ? all : [...all.filter(id => !away.has(id)), ...(withArchive ? archived : [])];
  const [ids, hold] = useStill(sorted, `${kind} ${withArchive} ${wanted}`);
  if (!ready && !all.length) return <ChatListSkeleton />;
  if (!all.length) {
    if (wanted || kind === "unread")
      return (
        <Empty text={t(wanted ? "list.no_match" : "list.no_unread")}>
          <Button onClick={onShowAll}>{t("list.show_all")}</Button>
        </Empty>
      );
    if (kind === "groups")
      return (
        <Empty text={t("list.no_groups")}>
          <Button look="primary" onClick={() => onMake("group")}>
            {t("new.create")}
          </Button>
        </Empty>
      );
    return (
      <Empty text={t("list.empty")}>
        <Button look="primary" onClick={() => onMake("chat")}>
          {t("list.new")}
        </Button>
        <Button onClick={() => go({ name: "friends" })}>{t("friends.none_do")}</Button>
      </Empty>
    );
  }
  return (
    <InSight ids={ids} open={open} onPoint={hold}>
      {archived.length > 0 && !wanted && (
        <Button aria-expanded={withArchive} onClick={() => setWithArchive(!withArchive)}>
          {t("chat.archived", { count: archived.length })}
        </Button>
      )}
    </InSight>
  );
}

interface InSightProps {
  ids: Id[];
  open: Id | null;
  /** A mouse moves over them. */
  onPoint: () => void;
  children: ReactNode;
}

/**
 * The rows of these chats, of which only those near the screen are elements, and what follows them. One of them is on
 * the way of the Tab key, and is always there; Up, Down, Home and End go to others.
 */
function InSight({ ids, open, onPoint, children }: InSightProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [stop, setFocused, goTo] = useStop(ids, open, scroller);
  const at = ids.indexOf(stop);
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      return at < 0 || indexes.includes(at) ? indexes : [...indexes, at].sort((one, other) => one - other);
    },
    [at],
  );
  const list = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    getItemKey: index => ids[index]!,
    estimateSize: () => ROW,
    rangeExtractor,
    overscan: 6,
  });
  return (
    <div
      ref={scroller}
      className={styles.rows}
      onPointerMove={event => {
        if (event.pointerType === "mouse") onPoint();
      }}
    >
      <ul
        style={{ blockSize: list.getTotalSize() }}
        onFocus={event => setFocused(idOf(event.target))}
        onKeyDown={event => {
          const from = ids.indexOf(idOf(event.target));
          const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: ids.length - 1 }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          if (to in ids) goTo(ids[to]!);
        }}
      >
        {list.getVirtualItems().map(({ index, start }) => {
          const id = ids[index]!;
          return (
            <li
              key={id}
              ref={list.measureElement}
              data-index={index}
              data-key={id}
              aria-setsize={ids.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <ChatRow chatId={id} isOpen={id === open} isStop={id === stop} />
            </li>
          );
        })}
      </ul>
      {children}
    </div>
  );
}

function fits(chatId: Id, wanted: string): boolean {
  const record = store.chats.at(chatId).value;
  return record !== undefined && (!wanted || titleOf(record.chat).toLocaleLowerCase().includes(wanted));
}

function isOfKind(chatId: Id, kind: Kind): boolean {
  const record = store.chats.at(chatId).value;
  switch (kind) {
    case "all":
      return true;
    case "unread":
      return record !== undefined && (record.mine.unread > 0 || (record.mine.prefs?.marked_unread ?? false));
    case "groups":
      return record?.chat.kind === "group";
  }
}

function isArchived(chatId: Id): boolean {
  return store.chats.at(chatId).value?.mine.prefs?.archived ?? false;
}

/** The chat that the Tab key leads to: the one that had the focus last, else the one that is open. */
function useStop(ids: Id[], open: Id | null, list: RefObject<HTMLElement | null>) {
  const [focused, setFocused] = useState<Id | null>(null);
  const isWanted = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another open chat it is that one again
  useEffect(() => setFocused(null), [open]);
  useLayoutEffect(() => {
    if (!isWanted.current) return;
    isWanted.current = false;
    list.current?.querySelector<HTMLElement>(`[data-key="${focused}"] a`)?.focus();
  }, [focused, list]);
  const stop = [focused, open].find(id => id !== null && ids.includes(id)) ?? ids[0]!;
  const goTo = (chatId: Id) => {
    isWanted.current = true;
    setFocused(chatId);
  };
  return [stop, setFocused, goTo] as const;
}

function idOf(target: EventTarget): Id {
  return Number((target as Element).closest<HTMLElement>("[data-key]")?.dataset.key);
}
