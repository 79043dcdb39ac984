import type { Id, Message, Seq } from "../protocol";
import type { Mine } from "./whole";

export const HIDDEN = "hidden";
export const SYSTEM = "system";

/** Whose unread messages they are, and whom that person blocks. */
export interface Reader {
  readonly me: Id;
  readonly blocked: ReadonlySet<Id>;
}

/**
 * Whether a message that is not read is unread to `reader`, as of the chat's `rev`: the same rule as the server's.
 *
 * What was deleted is not; but one deleted after that `rev`, which is held already, was there then.
 */
export function counts(message: Message, reader: Reader, rev: Seq): boolean {
  const there = message.deleted_at == null || message.rev > rev;
  const saidToUs = message.author_id !== reader.me && !reader.blocked.has(message.author_id);
  return there && saidToUs && message.kind !== SYSTEM && message.kind !== HIDDEN;
}

/** Whether such a message mentions us. */
export function mentionsMe(message: Message, reader: Reader, rev: Seq): boolean {
  return Boolean(message.mentions_all || message.mentions?.includes(reader.me)) && counts(message, reader, rev);
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
