import type { Id, Message, Seq } from "../protocol";
import type { JoinNews } from "./records";

/** What became different since somebody last looked: keys only, the values are in the state, but for what is told in passing. */
export class Changes {
  me = false;
  status = false;
  scheduled = false;
  everything = false;
  settings = false;
  warnings = false;
  /** To whom one stands in another way than before. */
  readonly relations = new Set<Id>();
  readonly people = new Set<Id>();
  readonly presence = new Set<Id>();
  readonly chats = new Set<Id>();
  readonly rosters = new Set<Id>();
  /** Chats of which another stretch of messages is held than before. */
  readonly restarted = new Set<Id>();
  /** Who asked to be let into groups and who was not let in, in order. */
  readonly joins: JoinNews[] = [];
  /** Messages, as they were heard of where that is all that is known of them. */
  readonly messages = new Map<Id, Map<Seq, Message | null>>();

  message(chatId: Id, seq: Seq, heard: Message | null = null): void {
    const seqs = this.messages.get(chatId) ?? new Map<Seq, Message | null>();
    this.messages.set(chatId, seqs.set(seq, heard));
  }
}
