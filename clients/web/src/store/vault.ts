import type { Stored } from "../engine/session";

const KEY = "dialog.session";

/** Who is signed in, as this browser keeps it: in local storage, as the privacy policy says. */
export function readStored(): Stored | null {
  const text = localStorage.getItem(KEY);
  return text ? JSON.parse(text) : null;
}

export function writeStored(stored: Stored | null): void {
  if (stored) localStorage.setItem(KEY, JSON.stringify(stored));
  else localStorage.removeItem(KEY);
}

/** Another tab has signed in, out, or been given a new token. */
export function onStoredChange(changed: (stored: Stored | null) => void): void {
  addEventListener("storage", event => {
    if (event.key === KEY || event.key === null) changed(readStored());
  });
}
