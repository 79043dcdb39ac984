import { signal } from "@preact/signals-core";
import type { Id, Millis, Seq } from "../protocol";
import { panel } from "./panel";
import { go } from "./router";

/** Where a chat should go: to a message, the first one of a time, or its end. */
export type Jump = { chatId: Id } & ({ seq: Seq } | { at: Millis } | { end: true });

/** The next one, until the chat has taken it. */
export const jump = signal<Jump | null>(null);

/** Show a message in its chat. */
export function jumpTo(chatId: Id, seq: Seq): void {
  jump.value = { chatId, seq };
  go({ name: "chat", chatId });
  if (matchMedia("(max-width: 1099px)").matches) panel.value = null;
}
