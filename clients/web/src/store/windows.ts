/** The message windows of the chats that are open. */

import type { Id } from "../protocol";
import { engine, store, watched } from "./app";
import { MessageWindow } from "./window";

export function windowOf(chatId: Id): MessageWindow {
  let found = store.windows.get(chatId);
  if (!found) {
    found = new MessageWindow(chatId, command => engine.page(command));
    store.windows.set(chatId, found);
  }
  return found;
}

/** Show a chat's messages from now on. Returns what ends that. */
export function watch(chatId: Id): () => void {
  windowOf(chatId);
  watched.add(chatId);
  void engine.watch(chatId);
  return () => {
    watched.delete(chatId);
    void engine.unwatch(chatId);
    store.forgetWindow(chatId);
  };
}

/** Show the newest messages of a chat again. */
export function rewatch(chatId: Id): void {
  void engine.watch(chatId);
}
