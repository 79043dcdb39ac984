import { useEffect, useRef, useState } from "react";
import type { Id } from "../protocol";

/** Milliseconds for which the chats keep their order after a mouse was moved over them. */
const HOLD = 1500;

/**
 * Chats in the order in which they were as long as a mouse moves over them, lest another one is clicked on than was meant;
 * and what tells of that. Those that were not among them come first.
 */
export function useStill(sorted: Id[], what: string): [Id[], () => void] {
  const [isHeld, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef({ ids: sorted, what });
  if (isHeld && last.current.what === what) {
    const [there, known] = [new Set(sorted), new Set(last.current.ids)];
    last.current.ids = [...sorted.filter(id => !known.has(id)), ...last.current.ids.filter(id => there.has(id))];
  } else {
    last.current = { ids: sorted, what };
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const hold = () => {
    setHeld(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHeld(false), HOLD);
  };
  return [last.current.ids, hold];
}
