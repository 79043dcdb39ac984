import { computed, type ReadonlySignal } from "@preact/signals-core";
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";

/** The value of a signal; who asks is rendered again when it changes. */
export function useValue<T>(signal: ReadonlySignal<T>): T {
  const subscribe = useCallback((changed: () => void) => signal.subscribe(changed), [signal]);
  return useSyncExternalStore(subscribe, () => signal.peek());
}

/** What `compute` makes of signals; done anew when one of them or of `inputs` changes. */
export function useComputed<T>(compute: () => T, inputs: unknown[]): T {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what `compute` depends on
  return useValue(useMemo(() => computed(compute), inputs));
}

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
