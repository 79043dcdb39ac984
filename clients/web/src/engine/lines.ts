import type { Failure, Id } from "../protocol";
import { Refused, SignedOut, TurnedAway } from "./failures";
import { Backoff, sleep } from "./pace";

/** What is to be done in each chat, and how. */
export interface Work<T> {
  /** What comes next in a chat, if anything does. */
  next(chatId: Id): T | undefined;
  /** Try it once. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
  attempt(entry: T): Promise<void>;
  /** The server will never do it. */
  refused(entry: T, failure: Failure): void;
}

/** Does what waits in each chat one after the other, each again until there is an outcome. */
export class Lines<T> {
  private readonly working = new Set<Id>();
  private closed = false;

  constructor(
    private readonly work: Work<T>,
    /** Resolves once connected and in step. */
    private readonly live: () => Promise<void>,
  ) {}

  /** Something waits in this chat. */
  start(chatId: Id): void {
    if (!this.working.has(chatId)) void this.run(chatId);
  }

  close(): void {
    this.closed = true;
  }

  private async run(chatId: Id): Promise<void> {
    this.working.add(chatId);
    const backoff = new Backoff();
    while (this.work.next(chatId) !== undefined) {
      await this.live();
      const entry = this.work.next(chatId); // it may be another one by now
      if (entry === undefined || this.closed) break;
      const wait = await this.attempt(entry, backoff);
      if (wait) await sleep(wait);
      else backoff.reset();
    }
    this.working.delete(chatId);
  }

  /** One attempt: 0 when this entry is done with, else the milliseconds to wait before the next. */
  private async attempt(entry: T, backoff: Backoff): Promise<number> {
    try {
      await this.work.attempt(entry);
      return 0;
    } catch (error) {
      if (error instanceof SignedOut || error instanceof TurnedAway) return 1000;
      return error instanceof Refused ? this.refused(entry, error, backoff) : Math.max(1, backoff.delay());
    }
  }

  private refused(entry: T, refused: Refused, backoff: Backoff): number {
    switch (refused.failure.status) {
      case "rate_limited":
        return Math.max(50, refused.retryAfter * 1000) * (1 + Math.random() / 5);
      case "unavailable":
        return refused.retryAfter * 1000 + Math.max(1, backoff.delay());
      case "unauthenticated": // a new token is on its way already
        return Math.max(1, backoff.delay());
      default:
        this.work.refused(entry, refused.failure);
        return 0;
    }
  }
}
