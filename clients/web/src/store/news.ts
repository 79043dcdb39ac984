import type { ReadonlySignal } from "@preact/signals-core";
import { useEffect, useRef } from "react";

/** Tell of each value that a signal has from now on. */
export function useNews<T>(signal: ReadonlySignal<T>, tell: (value: T) => void): void {
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    let isOld = true;
    const end = signal.subscribe(value => {
      if (!isOld) latest.current(value);
    });
    isOld = false;
    return end;
  }, [signal]);
}
