import { signal } from "@preact/signals-core";
import type { Id, Message, Seq } from "../protocol";

/** As many can be chosen at a time: what the server takes in one command. */
export const AT_MOST = 100;

/** Messages of one chat that are chosen, to do something with all of them; null when nobody chooses. */
export const selection = signal<{ chatId: Id; messages: ReadonlyMap<Seq, Message> } | null>(null);

/** Choose a message, or no longer. Tells whether there was room. */
export function choose(message: Message): boolean {
  const { chat_id: chatId, seq } = message;
  const current = selection.peek();
  const messages = new Map(current?.chatId === chatId ? current.messages : []);
  if (!messages.delete(seq)) {
    if (messages.size >= AT_MOST) return false;
    messages.set(seq, message);
  }
  selection.value = { chatId, messages };
  return true;
}

/** Choose no more. */
export function stopChoosing(): void {
  selection.value = null;
}
