import type { Message, Seq } from "../protocol";
import { HIDDEN, hidden } from "./unread";

/** The newest messages of a chat: all from `first` to its end, by `seq`. */
export class Messages {
  held = new Map<Seq, Message>();
  /** What one was heard to have hidden. */
  readonly unseen = new Set<Seq>();
  private pages = 0;
  /** Changes of messages that are not held, heard while a page is on its way that may be older. */
  private aside = new Map<Seq, Message>();

  constructor(private readonly window: number) {}

  get(seq: Seq): Message | undefined {
    return this.held.get(seq);
  }

  values(): Iterable<Message> {
    return this.held.values();
  }

  /** Of the oldest message held; undefined when there is none. */
  get first(): Seq | undefined {
    return this.held.keys().next().value;
  }

  /** Add one at the end; the oldest one leaves a full window. */
  post(message: Message): void {
    this.held.set(message.seq, message);
    this.trim(this.window);
  }

  trim(size: number): void {
    while (this.held.size > size) this.held.delete(this.first!);
  }

  /** A message is like this now. One outside the window is not taken in: it would leave a hole. */
  change(message: Message): void {
    const held = this.held.get(message.seq);
    if (!held) {
      if (this.pages) this.aside.set(message.seq, message);
    } else if (message.rev >= held.rev) {
      this.held.set(message.seq, this.asShown(message));
    }
  }

  /** What others see of a message is not for who has hidden it. */
  asShown(message: Message): Message {
    const gone = this.unseen.has(message.seq) || this.held.get(message.seq)?.kind === HIDDEN;
    return gone ? hidden(message) : message;
  }

  hide(seqs: Iterable<Seq>): void {
    for (const seq of seqs) {
      this.unseen.add(seq);
      const held = this.held.get(seq);
      if (held) this.held.set(seq, hidden(held));
    }
  }

  clear(upTo: Seq): void {
    for (const seq of [...this.held.keys()]) if (seq <= upTo) this.held.delete(seq);
  }

  // --- pages of history

  /** A page is on its way. It may be older than a change that is heard meanwhile, so those are kept. */
  beginPage(): void {
    this.pages += 1;
  }

  /** No longer, whether it came or not. */
  endPage(): void {
    this.pages -= 1;
    if (!this.pages) this.aside.clear();
  }

  /**
   * A page as it should be seen now. What adjoins the window widens it; a page that was asked for as those `before` a
   * message has all there are up to it, where numbers may be missing, of messages that are not for us.
   */
  merge(page: readonly Message[], end: Seq, before: Seq | null = null): Message[] {
    const shown = page.map(message => this.newest(this.asShown(message)));
    const first = this.first ?? end + 1;
    const older = shown.filter(message => message.seq < first).sort((one, other) => one.seq - other.seq);
    for (const message of shown) {
      const held = this.held.get(message.seq);
      if (held && message.rev > held.rev) this.held.set(message.seq, message);
    }
    const adjoins = older.at(-1)?.seq === first - 1 || (before !== null && before >= first);
    if (older.length && adjoins) {
      this.held = new Map([...older.map(message => [message.seq, message] as const), ...this.held]);
    }
    return shown;
  }

  private newest(message: Message): Message {
    const other = this.held.get(message.seq) ?? this.aside.get(message.seq);
    if (!other || other.rev <= message.rev) return message;
    return message.kind === HIDDEN ? hidden(other) : this.asShown(other);
  }
}
