import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { chooseTone, emojiUse, noteUse } from "../store/emoji";
import { useValue } from "../store/hooks";
import { textScale } from "../store/preferences";
import { type Emoji, type EmojiBook, findEmoji, loadEmoji, toned } from "../text/emoji";
import { explain } from "../text/failures";
import { locale, t } from "../text/i18n";
import { classes } from "../ui/classes";
import type { Place } from "../ui/Menu";
import { usePopover } from "../ui/popover";
import styles from "./EmojiPicker.module.css";

const TABS = ["🕒", "😀", "👋", "", "🐻", "🍔", "🚗", "⚽", "💡", "💟", "🏁"];
const HAND = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];
/** Height of a heading, in pixels, as its style sheet has it: a line, and what is around it. */
const heading = () => 20 * textScale() + 8;

interface Group {
  /** Its place among the tabs. */
  tab: number;
  name: string;
  emoji: Emoji[];
}

type Row = { tab: number; heading: string } | { tab: number; emoji: Emoji[]; from: number };

interface Props {
  at: Place;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** All emoji to choose from, over everything. Whoever holds Shift can choose several. */
export default function EmojiPicker({ at, onPick, onClose }: Props) {
  const popover = useRef<HTMLDivElement>(null);
  const [book, problem] = useBook();
  const [tone, setTone] = useState(() => emojiUse().tone);
  const [wanted, setWanted] = useState("");
  const groups = useMemo(() => (book ? groupsOf(book, wanted) : []), [book, wanted]);
  const grid = useGrid(groups);
  const id = useId();
  usePopover(popover, at, element => element.querySelector("input"));

  function pick(emoji: Emoji, more: boolean) {
    const text = toned(emoji, tone);
    noteUse(text);
    onPick(text);
    if (!more) onClose();
  }

  const current = grid.emoji[grid.at];
  // Whoever types faster than the emoji come gets what Enter was meant for once they are there.
  const early = useRef<{ more: boolean } | null>(null);
  useLayoutEffect(() => {
    if (!early.current || !current) return;
    const { more } = early.current;
    early.current = null;
    pick(current, more);
  });

  return (
    <div
      ref={popover}
      popover="auto"
      role="dialog"
      aria-label={t("emoji.title")}
      className={styles.picker}
      onToggle={event => {
        if (event.newState === "closed") onClose();
      }}
      onContextMenu={event => event.stopPropagation()}
    >
      <input
        type="search"
        role="combobox"
        className={styles.search}
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={current ? `${id}-${grid.at}` : undefined}
        value={wanted}
        onInput={event => setWanted(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter" && current) pick(current, event.shiftKey);
          else if (event.key === "Enter" && !book) early.current = { more: event.shiftKey };
          else if (!grid.move(event.key)) return;
          event.preventDefault();
        }}
      />
      <Tabs groups={groups} tab={grid.tab} onChoose={grid.goTo} />
      <div ref={grid.scroller} id={`${id}-list`} role="listbox" aria-label={t("emoji.title")} className={styles.list}>
        {problem && <p role="alert">{problem}</p>}
        {book && !grid.emoji.length && <p className={styles.none}>{t("emoji.none")}</p>}
        <div role="presentation" style={{ height: grid.height, position: "relative", ...grid.columns }}>
          {grid.rows.map(({ index, start, row }) =>
            "heading" in row ? (
              <div key={index} role="presentation" className={styles.heading} style={{ top: start }}>
                {row.heading}
              </div>
            ) : (
              <div key={index} role="presentation" className={styles.row} style={{ top: start }}>
                {row.emoji.map((emoji, column) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the focus stays in the line above
                  <div
                    key={emoji.emoji}
                    id={`${id}-${row.from + column}`}
                    role="option"
                    tabIndex={-1}
                    aria-label={emoji.name}
                    aria-selected={row.from + column === grid.at}
                    aria-setsize={grid.emoji.length}
                    aria-posinset={row.from + column + 1}
                    className={classes(styles.emoji, row.from + column === grid.at && styles.at)}
                    onPointerDown={event => event.preventDefault()}
                    onPointerMove={() => grid.point(row.from + column)}
                    onClick={event => pick(emoji, event.shiftKey)}
                  >
                    {toned(emoji, tone)}
                  </div>
                ))}
              </div>
            ),
          )}
        </div>
      </div>
      <footer className={styles.foot}>
        <p className={styles.shown}>
          {current && (
            <>
              <span>{toned(current, tone)}</span>
              <bdi>{current.name}</bdi>
            </>
          )}
        </p>
        {book && (
          <Tones
            tone={tone}
            names={book.tones}
            onChoose={chosen => {
              setTone(chosen);
              chooseTone(chosen);
            }}
          />
        )}
      </footer>
    </div>
  );
}

function useBook(): [EmojiBook | null, string | null] {
  const language = useValue(locale);
  const [book, setBook] = useState<EmojiBook | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    loadEmoji(language).then(setBook, error => setProblem(explain(error)));
  }, [language]);
  return [book, problem];
}

/** All of them by kind, those used last first; or only what is looked for. */
function groupsOf(book: EmojiBook, wanted: string): Group[] {
  if (wanted.trim()) return [{ tab: -1, name: "", emoji: findEmoji(book, wanted) }];
  const byKind = book.groups.map((name, group) => ({
    tab: group + 1,
    name,
    emoji: book.emoji.filter(emoji => emoji.group === group),
  }));
  const recent = { tab: 0, name: t("emoji.recent"), emoji: recentIn(book) };
  return [recent, ...byKind].filter(group => group.emoji.length > 0);
}

/** In the tone in which they were used. */
function recentIn(book: EmojiBook): Emoji[] {
  return emojiUse().recent.flatMap(used => {
    const found = book.emoji.find(one => one.emoji === used || one.tones?.includes(used));
    return found ? { ...found, emoji: used, tones: undefined } : [];
  });
}

/** The groups as rows, of which only those in sight are elements, and one emoji that Enter takes. */
function useGrid(groups: Group[]) {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const { columns, size } = useColumns(scroller);
  const rows = useMemo(() => rowsOf(groups, columns), [groups, columns]);
  const emoji = useMemo(() => groups.flatMap(group => group.emoji), [groups]);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => ("heading" in rows[index]! ? heading() : size),
    overscan: 3,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: with other columns there are other rows
  useLayoutEffect(() => {
    list.measure();
    setAt(groups.length ? 0 : -1);
    list.scrollToOffset(0);
  }, [groups, columns, list]);

  const items = list.getVirtualItems();
  const top = items.find(item => item.end > (list.scrollOffset ?? 0));

  function move(key: string): boolean {
    const to = target(rows, at, key);
    if (to === null) return false;
    const next = Math.max(0, Math.min(to, emoji.length - 1));
    setAt(next);
    list.scrollToIndex(rowOf(rows, next));
    return true;
  }

  return {
    scroller,
    emoji,
    at,
    move,
    point: setAt,
    tab: top ? rows[top.index]?.tab : undefined,
    goTo: (tab: number) =>
      list.scrollToIndex(
        Math.max(
          0,
          rows.findIndex(row => row.tab === tab),
        ),
        { align: "start" },
      ),
    height: list.getTotalSize(),
    columns: { "--columns": columns } as CSSProperties,
    rows: items.flatMap(({ index, start }) => {
      const row = rows[index];
      return row ? { index, start, row } : [];
    }),
  };
}

/** As many as fit beside each other. */
function useColumns(scroller: RefObject<HTMLDivElement | null>): { columns: number; size: number } {
  const [fits, setFits] = useState({ columns: 8, size: 40 });
  useEffect(() => {
    const size = (matchMedia("(pointer: coarse)").matches ? 44 : 40) * Math.max(1, textScale());
    const element = scroller.current!;
    // It has no width until it is shown.
    const observer = new ResizeObserver(() => {
      const columns = Math.floor(element.clientWidth / size);
      if (columns) setFits(before => (before.columns === columns && before.size === size ? before : { columns, size }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return fits;
}

function rowsOf(groups: Group[], columns: number): Row[] {
  let from = 0;
  return groups.flatMap(({ tab, name, emoji }) => {
    const rows: Row[] = name ? [{ tab, heading: name }] : [];
    for (let at = 0; at < emoji.length; at += columns) {
      const part = emoji.slice(at, at + columns);
      rows.push({ tab, emoji: part, from });
      from += part.length;
    }
    return rows;
  });
}

function rowOf(rows: Row[], at: number): number {
  return rows.findIndex(row => "emoji" in row && at >= row.from && at < row.from + row.emoji.length);
}

/** Where an arrow leads from one of the emoji; null for other keys. */
function target(rows: Row[], at: number, key: string): number | null {
  const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === "ArrowLeft" || key === "ArrowRight") return at + (key === forward ? 1 : -1);
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const here = rowOf(rows, at);
  const row = rows[here];
  const others = key === "ArrowDown" ? rows.slice(here + 1) : rows.slice(0, Math.max(here, 0)).reverse();
  const next = others.find(other => "emoji" in other);
  if (!next || !("emoji" in next) || !row || !("emoji" in row)) return at;
  return next.from + Math.min(at - row.from, next.emoji.length - 1);
}

function Tabs({
  groups,
  tab,
  onChoose,
}: {
  groups: Group[];
  tab: number | undefined;
  onChoose: (tab: number) => void;
}) {
  const shown = groups.filter(group => group.tab >= 0);
  const chosen = shown.some(group => group.tab === tab) ? tab : shown[0]?.tab;
  return (
    <div
      role="toolbar"
      aria-label={t("emoji.groups")}
      className={styles.tabs}
      onKeyDown={event => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const forward = (event.key === "ArrowRight") === (document.dir !== "rtl");
        const here = document.activeElement;
        const next = forward ? here?.nextElementSibling : here?.previousElementSibling;
        (next as HTMLElement | null)?.focus();
        event.preventDefault();
      }}
    >
      {shown.map(group => (
        <button
          key={group.tab}
          type="button"
          aria-label={group.name}
          title={group.name}
          aria-current={group.tab === chosen}
          tabIndex={group.tab === chosen ? 0 : -1}
          className={classes(styles.tab, group.tab === chosen && styles.here)}
          onClick={() => onChoose(group.tab)}
        >
          {TABS[group.tab]}
        </button>
      ))}
    </div>
  );
}

function Tones({ tone, names, onChoose }: { tone: number; names: string[]; onChoose: (tone: number) => void }) {
  const [open, setOpen] = useState(false);
  const chosen = useRef<HTMLButtonElement>(null);
  const opened = useRef(false);
  // The button that had the focus is another one now. At once: what is typed next goes where the focus is put next.
  useLayoutEffect(() => {
    if (open || opened.current) chosen.current?.focus();
    opened.current = open;
  }, [open]);
  const shown = HAND.map((hand, one) => ({ hand, one, name: names[one - 1] ?? t("emoji.no_tone") }));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={t("emoji.tone")} className={styles.tones}>
      {shown
        .filter(({ one }) => open || one === tone)
        .map(({ hand, one, name }) => (
          <button
            key={one}
            ref={one === tone ? chosen : undefined}
            type="button"
            className={classes(styles.tone, open && one === tone && styles.here)}
            aria-label={name}
            title={name}
            aria-pressed={one === tone}
            aria-expanded={open ? undefined : false}
            onClick={() => {
              if (open) onChoose(one);
              setOpen(!open);
            }}
          >
            {hand}
          </button>
        ))}
    </div>
  );
}
