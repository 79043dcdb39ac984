import { signal } from "@preact/signals-core";
import type { Id } from "../protocol";

/** What stands beside the conversation, or over it where it is narrow. `requests`: who asks to join is unfolded. */
export type Panel =
  | { name: "group"; chatId: Id; requests?: boolean }
  | { name: "search"; chatId: Id | null }
  | { name: "pins"; chatId: Id }
  | { name: "scheduled"; chatId: Id | null };

export const panel = signal<Panel | null>(null);

/** Show a panel; close it when it is the one that is shown. */
export function toggle(wanted: Panel): void {
  const { name, chatId } = panel.peek() ?? {};
  panel.value = name === wanted.name && chatId === wanted.chatId ? null : wanted;
}
