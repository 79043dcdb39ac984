import type { Failure, Id } from "../protocol";
import { Lines, type Work } from "./lines";
import { sleep } from "./pace";

/** Tells the server something of a chat until it was heard: of several, only the newest, and not too often. */
export class Latest<T> implements Work<[Id, T]> {
  private readonly wanted = new Map<Id, [Id, T]>();
  private readonly lines: Lines<[Id, T]>;

  constructor(
    private readonly say: (chatId: Id, value: T) => Promise<unknown>,
    live: () => Promise<void>,
    /** Milliseconds between two. */
    private readonly every: number,
  ) {
    this.lines = new Lines(this, live);
  }

  tell(chatId: Id, value: T): void {
    this.wanted.set(chatId, [chatId, value]);
    this.lines.start(chatId);
  }

  close(): void {
    this.lines.close();
  }

  next(chatId: Id): [Id, T] | undefined {
    return this.wanted.get(chatId);
  }

  async attempt(told: [Id, T]): Promise<void> {
    await this.say(...told);
    await sleep(this.every);
    this.refused(told);
  }

  /** It is over with this one, unless there is a newer. */
  refused(told: [Id, T], _?: Failure): void {
    if (this.wanted.get(told[0]) === told) this.wanted.delete(told[0]);
  }
}
