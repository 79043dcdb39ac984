import { computed, type ReadonlySignal } from "@preact/signals-core";
import { useCallback, useMemo, useSyncExternalStore } from "react";

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
