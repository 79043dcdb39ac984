import { signal } from "@preact/signals-core";
import type { Id, Seq } from "../protocol";
import { go } from "./router";

/** What stands beside the conversation, or over it where it is narrow. */
export type Panel =
  | { name: "group"; chatId: Id }
  | { name: "search"; chatId: Id | null }
  | { name: "pins"; chatId: Id };

export const panel = signal<Panel | null>(null);

/** The message that its chat should show next. */
export const jump = signal<{ chatId: Id; seq: Seq } | null>(null);

/** Show a panel; close it when it is the one that is shown. */
export function toggle(wanted: Panel): void {
  const { name, chatId } = panel.peek() ?? {};
  panel.value = name === wanted.name && chatId === wanted.chatId ? null : wanted;
}

/** Show a message in its chat. */
export function jumpTo(chatId: Id, seq: Seq): void {
  jump.value = { chatId, seq };
  go({ name: "chat", chatId });
  if (matchMedia("(max-width: 1099px)").matches) panel.value = null;
}
