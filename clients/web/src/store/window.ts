import { type Signal, signal } from "@preact/signals-core";
import type { History, Id, Message, MessageHistory, Seq } from "../protocol";
import type { Stretch } from "../state/records";

/** Messages that a list holds at most; beyond them the far end is let go. */
const LIMIT = 5000;
const PAGE = 100;

export interface Range {
  /** The messages shown: all from `first` to `last`; none when it is the greater one. */
  first: Seq;
  last: Seq;
  /** The newest message of the chat. */
  head: Seq;
  cleared: Seq;
  /** Something of the chat is known. */
  loaded: boolean;
}

const NOTHING: Range = { first: 1, last: 0, head: 0, cleared: 0, loaded: false };

/** What is shown of a chat's messages: a range without gaps that pages can widen at both ends. */
export class MessageWindow {
  readonly range = signal<Range>(NOTHING);
  readonly failed = signal<"older" | "newer" | null>(null);
  private readonly messages = new Map<Seq, Signal<Message>>();
  private fetching: Promise<void> | null = null;
  private generation = 0;

  constructor(
    private readonly chatId: Id,
    private readonly fetchPage: (command: MessageHistory) => Promise<History>,
  ) {}

  at(seq: Seq): Signal<Message> | undefined {
    return this.messages.get(seq);
  }

  peek(seq: Seq): Message | undefined {
    return this.messages.get(seq)?.peek();
  }

  get atEnd(): boolean {
    const { last, head } = this.range.peek();
    return last >= head;
  }

  get atStart(): boolean {
    const { first, cleared } = this.range.peek();
    return first <= cleared + 1;
  }

  /** The engine shows the newest messages, or changes of some. */
  apply(stretch: Stretch): void {
    const { head_seq: head, cleared_seq: cleared } = stretch;
    if (stretch.reset) {
      this.restart(stretch.messages, head, head, cleared);
      return;
    }
    const range = { ...this.range.peek(), head, cleared };
    // Whoever is at the end stays there. Numbers may be missing, of messages that are not for us.
    if (this.atEnd) range.last = head;
    for (const message of stretch.messages) {
      if (message.seq >= range.first && message.seq <= range.last) this.put(message);
    }
    this.range.value = this.bounded(range, "older");
  }

  private restart(messages: readonly Message[], last: Seq, head: Seq, cleared: Seq): void {
    this.generation += 1;
    this.messages.clear();
    for (const message of messages) this.put(message);
    const first = messages[0]?.seq ?? head + 1;
    this.range.value = { first, last, head, cleared, loaded: true };
  }

  /** Widen the range at one end by a page. One page is on its way at a time. */
  widen(end: "older" | "newer"): Promise<void> {
    if (end === "older" ? this.atStart : this.atEnd) return Promise.resolve();
    this.fetching ??= this.fetch(end).finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  /** Show the messages around one. */
  async goTo(seq: Seq): Promise<void> {
    const { first, last } = this.range.peek();
    if (seq >= first && seq <= last) return;
    const command = { type: "message.history", chat_id: this.chatId, around: seq, limit: PAGE } as const;
    const { messages } = await this.fetchPage(command);
    const { head, cleared } = this.range.peek();
    this.restart(messages, messages.at(-1)?.seq ?? head, head, cleared);
  }

  private async fetch(end: "older" | "newer"): Promise<void> {
    const { generation } = this;
    const { first, last } = this.range.peek();
    const where = end === "older" ? { before: first } : { after: last };
    try {
      const page = await this.fetchPage({
        type: "message.history",
        chat_id: this.chatId,
        limit: PAGE,
        ...where,
      });
      if (generation === this.generation) this.join(page, end);
      this.failed.value = null;
    } catch {
      this.failed.value = end;
    }
  }

  private join(page: History, end: "older" | "newer"): void {
    const range = { ...this.range.peek() };
    for (const message of page.messages) {
      const known = this.messages.get(message.seq)?.peek();
      if (!known || message.rev > known.rev) this.put(message);
    }
    if (end === "older") range.first = page.messages[0]?.seq ?? range.cleared + 1;
    else range.last = page.more ? Math.max(range.last, page.messages.at(-1)?.seq ?? 0) : range.head;
    if (end === "older" && !page.more) range.cleared = Math.max(range.cleared, range.first - 1);
    this.range.value = this.bounded(range, end === "older" ? "newer" : "older");
  }

  /** Let go what is too much at one end. */
  private bounded(range: Range, end: "older" | "newer"): Range {
    while (range.last - range.first >= LIMIT) this.messages.delete(end === "older" ? range.first++ : range.last--);
    for (const seq of range.cleared >= range.first ? [...this.messages.keys()] : []) {
      if (seq <= range.cleared) this.messages.delete(seq);
    }
    range.first = Math.max(range.first, range.cleared + 1);
    return range;
  }

  private put(message: Message): void {
    const found = this.messages.get(message.seq);
    if (found) found.value = message;
    else this.messages.set(message.seq, signal(message));
  }
}
