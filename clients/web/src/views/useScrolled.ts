import { type RefObject, useEffect, useRef, useState } from "react";

/** How long it is so when the list has come to rest. */
const LINGER = 900;
/** How people scroll. */
const HAND = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

/**
 * Whether somebody scrolls by hand, or has just done so, where `isNeeded` says that this is to be seen. What is shown then
 * stays as long as it is held.
 */
export function useScrolled(
  scroller: RefObject<HTMLElement | null>,
  isNeeded: () => boolean,
): [boolean, (isHeld: boolean) => void] {
  const [isScrolled, setScrolled] = useState(false);
  const state = useRef({ isNeeded, isByHand: false, isHeld: false, timer: 0 }).current;
  state.isNeeded = isNeeded;

  function linger() {
    clearTimeout(state.timer);
    state.timer = window.setTimeout(() => {
      if (state.isHeld) return;
      state.isByHand = false;
      setScrolled(false);
    }, LINGER);
  }
  function hold(isHeld: boolean) {
    state.isHeld = isHeld;
    if (!isHeld) linger();
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list stays the same
  useEffect(() => {
    const log = scroller.current!;
    const left = new AbortController();
    const how = { passive: true, signal: left.signal };
    const byHand = ({ type, target }: Event) => {
      // Only of the log itself there is a bar to be drawn.
      if (type !== "pointerdown" || target === log) state.isByHand = true;
    };
    const scroll = () => {
      if (!state.isByHand) return;
      const isNow = state.isNeeded();
      if (!isNow) state.isHeld = false; // what goes away hears of no pointer that leaves it
      setScrolled(isNow);
      linger();
    };
    for (const name of HAND) log.addEventListener(name, byHand, how);
    log.addEventListener("scroll", scroll, how);
    return () => {
      left.abort();
      clearTimeout(state.timer);
    };
  }, []);
  return [isScrolled, hold];
}
