import { signal } from "@preact/signals-core";

const EVERY = 60_000;

/** The time, as exactly as anything shown depends on it. */
export const now = signal(Date.now());

/** Let it pass, also while the tab slept. To be called once. */
export function keepTime(): void {
  const look = () => {
    now.value = Date.now();
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
