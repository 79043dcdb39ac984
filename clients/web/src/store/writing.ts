import { signal } from "@preact/signals-core";
import type { Id, Message } from "../protocol";

/** What is being written: something new, an answer, or another text of an earlier message, begun with its own or `text`. */
export type Writing = { kind: "new" } | { kind: "reply" | "edit"; message: Message; text?: string };

/** What was taken back from the server, to be written on in this chat. */
export interface TakenBack {
  chatId: Id;
  /** As it is sent. */
  text: string;
  reply: Message | null;
}

export const takenBack = signal<TakenBack | null>(null);
