import type { Failure, Id, Message } from "../protocol";
import { meets, withDeeds } from "../state/deeds";
import { type Deed, MOST_WAITING } from "../state/records";
import { Lines, type Work } from "./lines";

/** Those that are done are remembered until the chat has caught up with them. */
const REMEMBERED = 100;

/**
 * What one did to messages and the server has not confirmed yet: edits, deletions, reactions and pins. They are shown as
 * done from the start, and given in order per chat, again until there is an answer: each is harmless when repeated.
 */
export class Deeds implements Work<Deed> {
  private readonly waiting = new Map<string, Deed>();
  private readonly known = new Set<string>();
  private done: Deed[] = [];
  /** Edits that were refused. */
  private readonly unsaved = new Map<string, Deed>();
  /** Those that may have been done, whatever was heard of it. */
  private readonly tried = new Set<string>();
  private readonly lines: Lines<Deed>;

  constructor(
    private readonly call: (command: Deed["command"]) => Promise<Message>,
    live: () => Promise<void>,
    /** A message looks different; `last` is what is known of it where it is not held. */
    private readonly changed: (last: Message) => void,
    /** Something was refused; what an edit was to say is kept in this chat. */
    private readonly failed: (failure: Failure, keptIn: Id | null) => void,
  ) {
    this.lines = new Lines(this, live);
  }

  /** What waits, in the order it was done, and the edits that were refused. */
  all(): Deed[] {
    return [...this.waiting.values(), ...this.unsaved.values()];
  }

  /** Do something, or go on with what another engine had. False when too much waits already. */
  put(deed: Deed): boolean {
    if (this.known.has(deed.id)) return true;
    if (this.waiting.size >= MOST_WAITING) return false;
    this.known.add(deed.id);
    if (deed.reason) return this.keep(deed);
    if (isText(deed)) this.giveUp(deed.message);
    const wanted = this.settle(deed);
    if (wanted) this.waiting.set(deed.id, wanted);
    this.changed(deed.message);
    this.lines.start(deed.message.chat_id);
    return true;
  }

  /** What a refused edit was to say is not wanted any more. */
  dismiss(id: string): void {
    const deed = this.unsaved.get(id);
    if (deed) this.giveUp(deed.message);
  }

  /** A message as it will be once what was done to it is. */
  shown(message: Message, me: Id): Message {
    if (!this.waiting.size && !this.done.length) return message;
    const deeds = [...this.done, ...this.waiting.values()].filter(deed => isOf(deed, message));
    return deeds.length ? withDeeds(message, deeds, me) : message;
  }

  /** The server's numbers have started anew. */
  forgetDone(): void {
    this.done = [];
  }

  close(): void {
    this.lines.close();
  }

  /** What this comes to beside those that were not tried yet; null when nothing is left to be done. */
  private settle(deed: Deed): Deed | null {
    let wanted: Deed | null = deed;
    for (const earlier of [...this.waiting.values()]) {
      if (!isOf(earlier, deed.message) || this.tried.has(earlier.id)) continue;
      const outcome = meets(deed, earlier);
      if (outcome === "repeated") return null;
      if (outcome) this.waiting.delete(earlier.id);
      if (outcome === "undone") wanted = null;
      else if (outcome === "replaced") wanted = follows(deed, earlier);
    }
    return wanted;
  }

  next(chatId: Id): Deed | undefined {
    return [...this.waiting.values()].find(deed => deed.message.chat_id === chatId);
  }

  async attempt(deed: Deed): Promise<void> {
    this.tried.add(deed.id);
    const message = await this.call(deed.command);
    this.end(deed);
    this.done = [...this.done.slice(1 - REMEMBERED), { ...deed, rev: message.rev }];
    for (const later of [...this.waiting.values()])
      if (isOf(later, message)) this.waiting.set(later.id, numbered(later, message));
    this.changed(message);
  }

  refused(deed: Deed, failure: Failure): void {
    this.end(deed);
    const isOverrun = [...this.waiting.values()].some(later => isText(later) && isOf(later, deed.message));
    const isKept = deed.command.type === "message.edit" && !isOverrun;
    if (isKept) this.keep({ ...deed, reason: failure });
    this.changed(deed.message);
    this.failed(failure, isKept ? deed.message.chat_id : null);
  }

  /** Of one message only the last edit that was refused is kept. */
  private keep(deed: Deed): boolean {
    this.giveUp(deed.message);
    this.unsaved.set(deed.id, deed);
    this.changed(deed.message);
    return true;
  }

  private giveUp(message: Message): void {
    const given = [...this.unsaved.values()].filter(deed => isOf(deed, message));
    for (const deed of given) this.unsaved.delete(deed.id);
    if (given.length) this.changed(message);
  }

  private end(deed: Deed): void {
    this.waiting.delete(deed.id);
    this.tried.delete(deed.id);
  }
}

function isOf(deed: Deed, message: Message): boolean {
  return deed.message.seq === message.seq && deed.message.chat_id === message.chat_id;
}

/** Whether it decides what the message says. */
function isText({ command }: Deed): boolean {
  return command.type === "message.edit" || command.type === "message.delete";
}

/** An edit in place of one that was never tried is made of the message that was edited first. */
function follows(deed: Deed, earlier: Deed): Deed {
  if (deed.command.type !== "message.edit" || earlier.command.type !== "message.edit") return deed;
  return { ...deed, command: { ...deed.command, if_edits: earlier.command.if_edits } };
}

/** An edit that was made upon another one's waits for that one's number. */
function numbered(deed: Deed, message: Message): Deed {
  if (deed.command.type !== "message.edit") return deed;
  return { ...deed, command: { ...deed.command, if_edits: message.edits ?? 0 } };
}
