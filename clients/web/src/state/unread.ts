import type { Id, Message, Mine, Seq } from "../protocol";

export const HIDDEN = "hidden";
export const SYSTEM = "system";

/**
 * Whether a message that is not read is unread to `me`, as of the chat's `rev`: the same rule as the server's.
 *
 * What was deleted is not; but one deleted after that `rev`, which is held already, was there then.
 */
export function counts(message: Message, me: Id, rev: Seq): boolean {
  const there = message.deleted_at == null || message.rev > rev;
  return there && message.author_id !== me && message.kind !== SYSTEM && message.kind !== HIDDEN;
}

/** Whether such a message mentions us. */
export function mentionsMe(message: Message, me: Id, rev: Seq): boolean {
  return Boolean(message.mentions_all || message.mentions?.includes(me)) && counts(message, me, rev);
}

/** What one did oneself, as the server says or as was heard since. */
export function newer(mine: Mine, held: Mine): Mine {
  if (mine.mark >= held.mark) return mine;
  return { ...mine, cleared_seq: held.cleared_seq, closed_seq: held.closed_seq, mark: held.mark };
}

/** What is shown in place of a message that one has hidden. */
export function hidden(message: Message): Message {
  const { chat_id, seq, rev, author_id, sent_at, nonce } = message;
  return { chat_id, seq, rev, author_id, kind: HIDDEN, text: "", sent_at, nonce };
}
