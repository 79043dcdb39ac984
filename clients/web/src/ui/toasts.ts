import { signal } from "@preact/signals-core";

export interface Toast {
  id: number;
  text: string;
  offer: Offer | undefined;
}

/** What can be done about what is said. */
interface Offer {
  label: string;
  run: () => void;
  /** Takes the place of what was said about the same. */
  about: string;
}

const LASTS = 5000;
/** There is time to come to what is offered. */
const OFFER_LASTS = 15_000;

export const toasts = signal<Toast[]>([]);

let next = 1;

/** Say something in passing. */
export function say(text: string, offer?: Offer): void {
  const id = next++;
  const others = toasts.peek().filter(toast => !offer || toast.offer?.about !== offer.about);
  toasts.value = [...others.slice(-2), { id, text, offer }];
  setTimeout(fade, offer ? OFFER_LASTS : LASTS, id);
}

/** Nothing goes while somebody is about to press its button. */
function fade(id: number): void {
  if (document.querySelector("[data-region=toasts] :is(:hover, :focus)")) setTimeout(fade, LASTS, id);
  else drop(id);
}

export function drop(id: number): void {
  toasts.value = toasts.peek().filter(toast => toast.id !== id);
}
