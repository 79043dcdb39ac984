import type { Id } from "../protocol";
import type { State } from "../state/state";
import { ConnectionLost, Refused } from "./failures";
import { Backoff } from "./pace";

/** How long an event that came too early waits for the ones before it. */
const GAP = 500;
/** Stands where a chat's id does, for a sync of all of them. */
const ALL = 0;

/** Fetches what the events did not bring: the gap in a chat after 500 ms, everything when the gateway says so. */
export class CatchUp {
  private readonly due = new Map<Id, number>();
  private readonly tries = new Map<Id, Backoff>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private working = false;

  constructor(
    private readonly state: State,
    private readonly fetch: (chatId: Id) => Promise<void>,
    private readonly sync: () => Promise<void>,
  ) {}

  /** Look whether some chat has fallen behind: one that is held waits for its gap to close, a new one does not. */
  notice(): void {
    for (const chatId of this.state.behind) {
      if (!this.due.has(chatId)) this.set(chatId, this.state.chats.has(chatId) ? GAP : 0);
    }
  }

  /** Sync at a random moment within so many seconds. */
  syncWithin(seconds: number): void {
    this.set(ALL, Math.random() * seconds * 1000);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.due.clear();
  }

  private set(chatId: Id, delay: number): void {
    const due = Date.now() + delay;
    this.due.set(chatId, Math.min(due, this.due.get(chatId) ?? due));
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.working || !this.due.size) return;
    const next = Math.min(...this.due.values());
    this.timer = setTimeout(() => void this.work(), Math.max(0, next - Date.now()));
  }

  /** Settle one after the other what is due. */
  private async work(): Promise<void> {
    this.working = true;
    for (const [chatId, due] of [...this.due]) {
      if (due > Date.now()) continue;
      this.due.delete(chatId);
      await this.settle(chatId);
    }
    this.working = false;
    this.arm();
  }

  private async settle(chatId: Id): Promise<void> {
    try {
      if (chatId === ALL) await this.sync();
      else if (this.state.behind.has(chatId)) await this.settleChat(chatId);
      this.tries.delete(chatId);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof ConnectionLost)) throw error;
      this.later(chatId, error.retryAfter * 1000);
    }
  }

  private async settleChat(chatId: Id): Promise<void> {
    try {
      await this.fetch(chatId);
    } catch (error) {
      if (!(error instanceof Refused && error.failure.status === "not_found")) throw error;
      this.state.forget(chatId);
    }
    if (this.state.behind.has(chatId)) this.later(chatId, 0);
  }

  private later(chatId: Id, atLeast: number): void {
    const backoff = this.tries.get(chatId) ?? new Backoff();
    this.tries.set(chatId, backoff);
    this.set(chatId, atLeast + GAP + backoff.delay());
  }
}
