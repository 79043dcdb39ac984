import type { Message, Millis } from "../protocol";

/** Whether nothing is shown of a message any more: it has had its time, or the operators took it down. */
export function isGone({ deleted_at, deleted_by }: Message): boolean {
  return deleted_at != null && deleted_by == null;
}

/** What is left of a message whose time has come, whether the server has told so yet or not. */
export function asOf(message: Message, now: Millis): Message {
  const { chat_id, seq, rev, author_id, kind, sent_at, nonce, deleted_at, expires_at } = message;
  if (deleted_at != null || expires_at == null || expires_at > now) return message;
  return { chat_id, seq, rev, author_id, kind, text: "", sent_at, nonce, deleted_at: expires_at };
}
