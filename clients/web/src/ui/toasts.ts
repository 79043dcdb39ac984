import { signal } from "@preact/signals-core";

export interface Toast {
  id: number;
  text: string;
}

const LASTS = 5000;

export const toasts = signal<Toast[]>([]);

let next = 1;

/** Say something in passing. */
export function say(text: string): void {
  const id = next++;
  toasts.value = [...toasts.peek().slice(-2), { id, text }];
  setTimeout(() => {
    toasts.value = toasts.peek().filter(toast => toast.id !== id);
  }, LASTS);
}
