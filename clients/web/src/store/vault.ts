import type { Stored } from "../engine/session";
import { forgetEmojiUse } from "./emoji";
import { ownStorage, SESSION } from "./storage";

/** Who is signed in, as this browser keeps it: in local storage, as the privacy policy says, or else with the tab. */
export function readStored(): Stored | null {
  const text = ownStorage().getItem(SESSION);
  return text ? JSON.parse(text) : null;
}

export function writeStored(stored: Stored | null): void {
  const [place, other] = stored?.brief ? [sessionStorage, localStorage] : [localStorage, sessionStorage];
  other.removeItem(SESSION);
  if (stored) return place.setItem(SESSION, JSON.stringify(stored));
  place.removeItem(SESSION);
  forgetEmojiUse();
}

/** Another tab has signed in, out, or been given a new token. */
export function onStoredChange(changed: (stored: Stored | null) => void): void {
  addEventListener("storage", event => {
    if (event.key === SESSION || event.key === null) changed(readStored());
  });
}
