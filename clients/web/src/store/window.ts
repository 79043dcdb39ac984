import { type Signal, signal } from "@preact/signals-core";
import { sleep } from "../engine/pace";
import type { History, Id, Message, MessageHistory, Millis, Seq } from "../protocol";
import type { Stretch } from "../state/records";

/** Messages that a list holds at most; beyond them the far end is let go. */
const LIMIT = 5000;
const PAGE = 100;
/** At least as many messages as a screen may show. */
const SCREENFUL = 50;
/** Milliseconds for which these are waited for. */
const PATIENCE = 3000;

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

export type End = "older" | "newer";

const NOTHING: Range = { first: 1, last: 0, head: 0, cleared: 0, loaded: false };

/** What is shown of a chat's messages: a range without gaps that pages can widen at both ends. */
export class MessageWindow {
  readonly range = signal<Range>(NOTHING);
  /** Where the last page could not be had. */
  readonly failed = signal<End | null>(null);
  /** How often the engine began anew with the newest messages. */
  restarts = 0;
  private messages = new Map<Seq, Signal<Message>>();
  private fetching: Promise<void> | null = null;
  /** Changes of messages that are not shown, heard while a page is on its way that may be older. */
  private readonly aside = new Map<Seq, Message>();
  private generation = 0;
  /** Messages that others answer, as far as they were asked for; null when there is none. */
  private readonly quoted = signal<ReadonlyMap<Seq, Message | null>>(new Map());

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

  values(): Message[] {
    return [...this.messages.values()].map(message => message.peek());
  }

  /** A message that another one answers, wherever it is; null when there is none, undefined until it is known. */
  quote(seq: Seq): Message | null | undefined {
    const { first, last } = this.range.value;
    const shown = seq >= first && seq <= last ? this.messages.get(seq) : undefined;
    return shown?.value ?? this.quoted.value.get(seq);
  }

  /** Ask for such a message. Rejects when it cannot be had. */
  async askQuote(seq: Seq): Promise<void> {
    const { restarts } = this;
    const page = await this.fetchPage({ type: "message.history", chat_id: this.chatId, around: seq, limit: 1 });
    const found = page.messages.find(message => message.seq === seq) ?? null;
    if (restarts === this.restarts) this.keepQuote(seq, found);
  }

  private keepQuote(seq: Seq, found: Message | null): void {
    const known = this.quoted.peek().get(seq);
    if (!found || !known || found.rev >= known.rev) this.quoted.value = new Map(this.quoted.peek()).set(seq, found);
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
      this.restarts += 1;
      this.quoted.value = new Map();
      this.restart(stretch.messages, head, head, cleared);
      return;
    }
    const range = { ...this.range.peek(), head, cleared };
    // Whoever is at the end stays there. Numbers may be missing, of messages that are not for us.
    if (this.atEnd) range.last = head;
    for (const message of stretch.messages) {
      if (this.quoted.peek().has(message.seq)) this.keepQuote(message.seq, message);
      if (message.seq >= range.first && message.seq <= range.last) this.put(message);
      else if (this.fetching) this.aside.set(message.seq, message);
    }
    this.range.value = this.bounded(range, "older");
  }

  private restart(messages: readonly Message[], last: Seq, head: Seq, cleared: Seq): void {
    this.generation += 1;
    this.fetching = null;
    this.aside.clear();
    this.messages = new Map(messages.map(message => [message.seq, this.shown(message)]));
    this.failed.value = null;
    const first = messages[0]?.seq ?? head + 1;
    this.range.value = { first, last, head, cleared, loaded: true };
  }

  /** Widen the range at one end by a page. One page is on its way at a time. */
  widen(end: End): Promise<void> {
    if (end === "older" ? this.atStart : this.atEnd) return Promise.resolve();
    if (!this.fetching) {
      const fetching = this.fetch(end).finally(() => {
        if (this.fetching !== fetching) return;
        this.fetching = null;
        this.aside.clear();
      });
      this.fetching = fetching;
    }
    return this.fetching;
  }

  /** Hold as many messages as a screen may show, where there are as many and they come soon: else what comes moves. */
  async fill(): Promise<void> {
    const { first, last } = this.range.peek();
    if (last - first + 1 < SCREENFUL) await Promise.race([this.widen("older"), sleep(PATIENCE)]);
  }

  /** Show the messages around one. Rejects when they cannot be had. */
  async goTo(seq: Seq): Promise<void> {
    if (this.holds(seq)) return;
    this.show(await this.fetchPage({ type: "message.history", chat_id: this.chatId, around: seq, limit: PAGE }));
  }

  /** Show the messages around the first one of a time, or the last one when all were before. Resolves to its `seq`. */
  async goToTime(at: Millis): Promise<Seq | null> {
    const page = await this.fetchPage({ type: "message.history", chat_id: this.chatId, at, limit: PAGE });
    const seq = (page.messages.find(message => message.sent_at >= at) ?? page.messages.at(-1))?.seq ?? null;
    if (seq !== null && !this.holds(seq)) this.show(page);
    return seq;
  }

  private holds(seq: Seq): boolean {
    const { first, last } = this.range.peek();
    return seq >= first && seq <= last;
  }

  private show({ messages }: History): void {
    const { head, cleared } = this.range.peek();
    if (messages.length) this.restart(messages, messages.at(-1)!.seq, head, cleared);
  }

  private async fetch(end: End): Promise<void> {
    const { generation } = this;
    const { first, last } = this.range.peek();
    const where = end === "older" ? { before: first } : { after: last };
    this.failed.value = null;
    try {
      const page = await this.fetchPage({
        type: "message.history",
        chat_id: this.chatId,
        limit: PAGE,
        ...where,
      });
      if (generation === this.generation) this.join(page, end);
    } catch {
      if (generation === this.generation) this.failed.value = end;
    }
  }

  private join(page: History, end: End): void {
    const range = { ...this.range.peek() };
    for (const message of page.messages) {
      const known = this.peek(message.seq) ?? this.aside.get(message.seq);
      this.put(known && known.rev >= message.rev ? known : message);
    }
    if (end === "older") range.first = page.messages[0]?.seq ?? range.cleared + 1;
    else range.last = page.more ? Math.max(range.last, page.messages.at(-1)?.seq ?? 0) : range.head;
    if (end === "older" && !page.more) range.cleared = Math.max(range.cleared, range.first - 1);
    this.range.value = this.bounded(range, end === "older" ? "newer" : "older");
  }

  /** Let go what is too much at one end. */
  private bounded(range: Range, end: End): Range {
    while (range.last - range.first >= LIMIT) this.messages.delete(end === "older" ? range.first++ : range.last--);
    for (const seq of range.cleared >= range.first ? [...this.messages.keys()] : []) {
      if (seq <= range.cleared) this.messages.delete(seq);
    }
    range.first = Math.max(range.first, range.cleared + 1);
    return range;
  }

  private put(message: Message): void {
    this.messages.set(message.seq, this.shown(message));
  }

  /** What shows a message stays the same as long as that is held, and at rest while nothing of it has changed. */
  private shown(message: Message): Signal<Message> {
    const found = this.messages.get(message.seq);
    if (!found) return signal(message);
    // What is done here and not confirmed yet changes a message, but not its `rev`.
    if (JSON.stringify(found.peek()) !== JSON.stringify(message)) found.value = message;
    return found;
  }
}
