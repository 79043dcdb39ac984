import { edit as editing, pinning, reaction, removal } from "../engine/doing";
import type { Message, Reaction } from "../protocol";
import type { Deed, Said, Unsent } from "../state/records";
import { call, discard, engine, insist, store } from "../store/app";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { say } from "../ui/toasts";

/** What is done to messages. It is shown at once, and undone with a word when it is refused. */

/** React with an emoji, or take that back where one is known to have. */
export function react(message: Message, emoji: string): void {
  const given = message.reactions?.find(one => one.emoji === emoji);
  void change(reaction(message, emoji, !given || !namesMe(given)));
}

/** Join those who reacted so, or leave them. Of many a message names only some: who else did is asked. */
export async function joinOrLeave(message: Message, given: Reaction): Promise<void> {
  const { chat_id, seq } = message;
  const { emoji, count, user_ids } = given;
  const isLive = store.connection.peek()?.standing === "live";
  if (namesMe(given) || count === user_ids.length || !isLive) return react(message, emoji);
  try {
    const { mine } = await call({ type: "reaction.list", chat_id, seq, emoji });
    await change(reaction(message, emoji, !mine));
  } catch (error) {
    excuse(error);
  }
}

function namesMe({ user_ids }: Reaction): boolean {
  return user_ids.includes(store.me.peek()?.id ?? 0);
}

export function pin(message: Message, on: boolean): void {
  void change(pinning(message, on));
}

export function remove(message: Message): void {
  if (isUnsent(message)) discard(message).catch(excuse);
  else void change(removal(message));
}

/** Give a message another text, whether it was sent already or not. */
export function edit(message: Message, said: Said): void {
  const { chat_id, nonce } = message;
  if (said.text === message.text) return;
  if (isUnsent(message)) engine.rewrite(chat_id, nonce, said).catch(excuse);
  else void change(editing(message, said));
}

/** What waits to be sent, as a message: it has no place in its chat yet. */
export function asMessage({ chat_id, nonce, text, reply_to, written_at }: Unsent): Message {
  const author_id = store.me.peek()?.id ?? 0;
  return { chat_id, seq: 0, rev: 0, author_id, kind: "text", text, sent_at: written_at, nonce, reply_to };
}

function isUnsent(message: Message): boolean {
  return message.seq === 0;
}

async function change(deed: Deed): Promise<void> {
  try {
    if (!(await insist(to => to.change(deed)))) say(t("composer.full"));
  } catch (error) {
    excuse(error);
  }
}

function excuse(error: unknown): void {
  say(explain(error));
}
