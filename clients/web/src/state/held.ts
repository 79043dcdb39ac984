import type { ChatChanged, Id, MemberChanged, MessageChanged, MessagePosted, Seq } from "../protocol";

/** Events held per chat; what is beyond them is fetched. */
const LIMIT = 256;

/** The events that carry a chat's `rev`. */
export type Numbered = MessagePosted | MessageChanged | MemberChanged | ChatChanged;

/** The chat that such an event changes, and the rev. */
export function numberOf(event: Numbered): { chatId: Id; rev: Seq } {
  switch (event.type) {
    case "chat.changed":
      return { chatId: event.chat.id, rev: event.chat.rev };
    case "member.changed":
      return { chatId: event.member.chat_id, rev: event.member.rev };
    default:
      return { chatId: event.message.chat_id, rev: event.message.rev };
  }
}

/** Events of one chat that came too early, and the highest rev that was heard of. */
export class Held {
  upto = 0;
  private readonly events = new Map<Seq, Numbered>();

  put(rev: Seq, event: Numbered | null): void {
    this.upto = Math.max(this.upto, rev);
    if (event && this.events.size < LIMIT) this.events.set(rev, event);
  }

  take(rev: Seq): Numbered | undefined {
    const event = this.events.get(rev);
    this.events.delete(rev);
    return event;
  }

  /** What is not newer than `rev` is known by now. */
  forget(rev: Seq): void {
    for (const known of [...this.events.keys()]) if (known <= rev) this.events.delete(known);
  }
}
