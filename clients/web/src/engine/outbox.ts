import type { Id, Message, SendMessage } from "../protocol";
import type { Unsent } from "../state/records";
import { Refused, SignedOut, TurnedAway } from "./failures";
import { Backoff, sleep } from "./pace";

const LIMIT = 1000;

/** What one has written and the server has not confirmed yet: in order per chat, each with its nonce for ever. */
export class Outbox {
  private readonly entries = new Map<string, Unsent>();
  /** The chats in which somebody sends, one message after the other. */
  private readonly working = new Set<Id>();
  private closed = false;

  constructor(
    private readonly send: (command: SendMessage) => Promise<Message>,
    /** Resolves once connected and in step. */
    private readonly live: () => Promise<void>,
    private readonly changed: () => void,
  ) {}

  /** What waits or has failed, in the order it was written. */
  all(): Unsent[] {
    return [...this.entries.values()];
  }

  /** Write a message, or hand over one that another engine had. False when too many wait already. */
  put(entry: Unsent): boolean {
    if (this.entries.has(entry.nonce)) return true;
    if (this.entries.size >= LIMIT) return false;
    this.entries.set(entry.nonce, entry);
    this.changed();
    void this.work(entry.chat_id);
    return true;
  }

  /** Try a failed message again, with the same nonce. */
  retry(nonce: string): void {
    const entry = this.entries.get(nonce);
    if (entry?.progress !== "failed") return;
    this.entries.delete(nonce); // it goes behind those that were written since
    this.put({ ...entry, progress: "waiting", reason: null });
  }

  /** Take a failed message out. */
  discard(nonce: string): void {
    if (this.entries.get(nonce)?.progress !== "failed") return;
    this.entries.delete(nonce);
    this.changed();
  }

  /** A message of one's own was posted: it may be one whose answer has not come. */
  heard(message: Message): void {
    if (this.entries.get(message.nonce)?.chat_id !== message.chat_id) return;
    this.entries.delete(message.nonce);
    this.changed();
  }

  close(): void {
    this.closed = true;
  }

  /** Send what waits in one chat, in order, until nothing does. */
  private async work(chatId: Id): Promise<void> {
    if (this.working.has(chatId)) return;
    this.working.add(chatId);
    const backoff = new Backoff();
    for (let entry = this.next(chatId); entry && !this.closed; entry = this.next(chatId)) {
      const wait = await this.attempt(entry, backoff);
      if (wait) await sleep(wait);
      else backoff.reset();
    }
    this.working.delete(chatId);
  }

  private next(chatId: Id): Unsent | undefined {
    return this.all().find(entry => entry.chat_id === chatId && entry.progress === "waiting");
  }

  /** One attempt: 0 when this entry is done with, else the milliseconds to wait before the next. */
  private async attempt(entry: Unsent, backoff: Backoff): Promise<number> {
    const { chat_id, nonce, text, reply_to, mentions, mention_all } = entry;
    await this.live();
    if (this.closed) return 0;
    try {
      const command = { type: "message.send", chat_id, nonce, text, reply_to, mentions, mention_all } as const;
      this.heard(await this.send(command));
      return 0;
    } catch (error) {
      if (error instanceof SignedOut || error instanceof TurnedAway) return 1000;
      return error instanceof Refused ? this.refused(entry, error, backoff) : Math.max(1, backoff.delay());
    }
  }

  private refused(entry: Unsent, refused: Refused, backoff: Backoff): number {
    switch (refused.failure.status) {
      case "rate_limited":
        return Math.max(50, refused.retryAfter * 1000) * (1 + Math.random() / 5);
      case "unavailable":
        return refused.retryAfter * 1000 + Math.max(1, backoff.delay());
      case "unauthenticated": // a new token is on its way already
        return Math.max(1, backoff.delay());
      default:
        // Unless it was taken out meanwhile: heard of as posted.
        if (this.entries.has(entry.nonce)) {
          this.entries.set(entry.nonce, { ...entry, progress: "failed", reason: refused.failure.reason });
          this.changed();
        }
        return 0;
    }
  }
}
