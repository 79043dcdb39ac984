import { defaultRangeExtractor, type Range } from "@tanstack/react-virtual";
import { useCallback, useRef } from "react";

/**
 * For a list of which only what is near the screen is there: the row that has the focus stays, however far away it is
 * scrolled. Rows name themselves in `data-key`; `indexOf` finds them by that.
 */
export function useKeptFocus(indexOf: (key: string) => number) {
  const key = useRef<string | null>(null);
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      const kept = key.current === null ? -1 : indexOf(key.current);
      return kept < 0 || indexes.includes(kept) ? indexes : [...indexes, kept].sort((one, other) => one - other);
    },
    [indexOf],
  );
  const events = {
    onFocusCapture: (event: { target: EventTarget | null }) => {
      key.current = keyOf(event.target);
    },
    onBlurCapture: (event: { relatedTarget: EventTarget | null }) => {
      key.current = keyOf(event.relatedTarget);
    },
  };
  return [rangeExtractor, events] as const;
}

function keyOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-key]")?.dataset.key ?? null) : null;
}
