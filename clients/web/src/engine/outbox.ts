import type { Failure, Id, Message, SendMessage } from "../protocol";
import { MOST_WAITING, type Said, type Unsent } from "../state/records";
import { Lines, type Work } from "./lines";

/** What could not be sent for so many milliseconds is sent no more, unless one asks for it. */
const TOO_LATE = 86_400_000;
/** Whether it is too late is looked at so often: no timer can be trusted over a day in which the machine sleeps. */
const LOOK_EVERY = 60_000;

/** What one has written and the server has not confirmed yet: in order per chat, each with its nonce for ever. */
export class Outbox implements Work<Unsent> {
  private readonly entries = new Map<string, Unsent>();
  /** Those that may have been posted, whatever was heard of it. */
  private readonly tried = new Set<string>();
  private readonly lines: Lines<Unsent>;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (command: SendMessage) => Promise<Message>,
    live: () => Promise<void>,
    private readonly changed: () => void,
    /** One was posted that was written anew or withdrawn meanwhile. */
    private readonly late: (message: Message, wanted: Unsent) => void,
    /** The server's time. */
    private readonly now: () => number,
  ) {
    this.lines = new Lines(this, live);
  }

  /** What was not posted as far as is known, in the order it was written. */
  all(): Unsent[] {
    return [...this.entries.values()];
  }

  /** Write a message, or hand over one that another engine had. False when too many wait already. */
  put(entry: Unsent): boolean {
    if (this.entries.has(entry.nonce)) return true;
    if (this.entries.size >= MOST_WAITING) return false;
    this.entries.set(entry.nonce, entry);
    this.changed();
    this.lines.start(entry.chat_id);
    this.watch();
    return true;
  }

  /** Try a failed message again, with the same nonce. */
  retry(nonce: string): void {
    const entry = this.entries.get(nonce);
    if (entry?.progress !== "failed") return;
    this.entries.delete(nonce); // it goes behind those that were written since
    this.put({ ...entry, progress: "waiting", reason: null, written_at: this.now() });
  }

  /** Say something else instead. False when there is no such message: it was posted. */
  rewrite(nonce: string, said: Said): boolean {
    const entry = this.entries.get(nonce);
    if (!entry || entry.progress === "withdrawn") return false;
    this.entries.set(nonce, { ...entry, ...said, rewritten: true });
    this.changed();
    this.retry(nonce);
    return true;
  }

  /** Take a message out; should it be posted all the same, it is deleted. False when it was posted already. */
  discard(nonce: string): boolean {
    const entry = this.entries.get(nonce);
    if (!entry) return false;
    if (entry.progress === "waiting" && this.tried.has(nonce))
      this.entries.set(nonce, { ...entry, progress: "withdrawn" });
    else this.entries.delete(nonce);
    this.changed();
    return true;
  }

  /** A message of one's own was posted: it may be one whose answer has not come. */
  heard(message: Message): void {
    const entry = this.entries.get(message.nonce);
    if (entry?.chat_id !== message.chat_id) return;
    this.entries.delete(message.nonce);
    this.tried.delete(message.nonce);
    const isRight = entry.progress !== "withdrawn" && !(entry.rewritten && entry.text !== message.text);
    if (!isRight) this.late(message, entry);
    this.changed();
  }

  close(): void {
    this.lines.close();
    clearTimeout(this.timer);
  }

  /** As long as something waits, notice when it has waited too long, also where nothing is attempted. */
  private watch(): void {
    clearTimeout(this.timer);
    if (!this.all().some(isWaiting)) return;
    this.timer = setTimeout(() => {
      for (const entry of this.all()) if (isWaiting(entry) && this.isTooLate(entry)) this.refused(entry, null);
      this.watch();
    }, LOOK_EVERY);
  }

  private isTooLate(entry: Unsent): boolean {
    return this.now() - entry.written_at > TOO_LATE;
  }

  next(chatId: Id): Unsent | undefined {
    return this.all().find(entry => entry.chat_id === chatId && isWaiting(entry));
  }

  async attempt(entry: Unsent): Promise<void> {
    if (this.isTooLate(entry)) return this.refused(entry, null);
    const { chat_id, nonce, text, reply_to, mentions, mention_all } = entry;
    this.tried.add(nonce);
    this.heard(await this.send({ type: "message.send", chat_id, nonce, text, reply_to, mentions, mention_all }));
  }

  /** It was not sent: the server has a reason, or it is too late. */
  refused({ nonce }: Unsent, failure: Failure | null): void {
    const entry = this.entries.get(nonce);
    if (!entry) return; // it was heard of as posted meanwhile
    this.tried.delete(nonce);
    if (entry.progress === "withdrawn") this.entries.delete(nonce);
    else this.entries.set(nonce, { ...entry, progress: "failed", reason: failure });
    this.changed();
  }
}

function isWaiting({ progress }: Unsent): boolean {
  return progress === "waiting";
}
