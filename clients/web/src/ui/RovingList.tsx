import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";

const STOPS = "a[href], button:not(:disabled)";

/**
 * A list of any length that is few stops of the Tab key: those of one row. Up, Down, Home and End go to other rows. Its
 * children are the rows.
 */
export function RovingList({ children }: { children: ReactNode }) {
  const list = useRef<HTMLUListElement>(null);
  const current = useRef<Element | null>(null);
  const hasFocus = useRef(false);

  // Rows come and go, and what is in them. Where the row goes that has the focus, the next one gets it.
  useEffect(() => {
    const element = list.current!;
    let rows = rowsOf(element);
    const look = () => {
      const at = Math.max(0, rows.indexOf(current.current!));
      rows = rowsOf(element);
      if (!rows.includes(current.current!)) current.current = rows[Math.min(at, rows.length - 1)] ?? null;
      if (current.current && hasFocus.current && isNowhere()) stopsIn(current.current)[0]!.focus();
      settle(element, current.current);
    };
    look();
    const observer = new MutationObserver(look);
    observer.observe(element, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
  // With the last row goes the list.
  useLayoutEffect(() => {
    const element = list.current!;
    const heading = element.closest("section")?.querySelector("h2");
    return () => {
      if (hasFocus.current && (isNowhere() || element.contains(document.activeElement))) heading?.focus();
    };
  }, []);

  return (
    <ul
      ref={list}
      onBlur={({ target, currentTarget }) => {
        // What goes, or can be pressed no more, has lost the focus to nothing else.
        queueMicrotask(() => {
          const isStill = target.isConnected && !target.matches(":disabled");
          if (isStill && !currentTarget.contains(document.activeElement)) hasFocus.current = false;
        });
      }}
      onFocus={event => {
        hasFocus.current = true;
        const row = rowsOf(event.currentTarget).find(one => one.contains(event.target));
        if (!row || row === current.current) return;
        current.current = row;
        settle(event.currentTarget, row);
      }}
      onKeyDown={event => {
        if (event.defaultPrevented || isLaidOver(event.target as Element)) return;
        if (move(event.key, event.currentTarget)) event.preventDefault();
      }}
    >
      {children}
    </ul>
  );
}

function isNowhere(): boolean {
  return document.activeElement === document.body;
}

/** Focus what stands at the same place in another row. */
function move(key: string, list: Element): boolean {
  const rows = rowsOf(list);
  const at = rows.findIndex(row => row.contains(document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  const row = to === undefined ? undefined : rows[to];
  if (at < 0 || !row) return false;
  const place = stopsIn(rows[at]!).indexOf(document.activeElement as HTMLElement);
  const stops = stopsIn(row);
  stops[Math.min(Math.max(place, 0), stops.length - 1)]?.focus();
  return true;
}

function settle(list: Element, current: Element | null): void {
  for (const row of list.children) for (const stop of stopsIn(row)) stop.tabIndex = row === current ? 0 : -1;
}

function rowsOf(list: Element): Element[] {
  return [...list.children].filter(row => stopsIn(row).length > 0);
}

function stopsIn(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(STOPS)].filter(stop => !isLaidOver(stop));
}

/** Menus and dialogs of a row are no part of it. */
function isLaidOver(element: Element): boolean {
  return element.closest("[popover], dialog") !== null;
}
