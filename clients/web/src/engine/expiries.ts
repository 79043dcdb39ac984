import type { Id, Message, Millis, Seq } from "../protocol";
import { asOf } from "../state/gone";

/** How late it may be noticed that the machine has slept, or that its clock was set. */
const LOOK_EVERY = 60_000;

/**
 * Takes messages from the screen at their time, also where the server cannot tell of it. Whatever a tab is shown comes
 * by here; what is gone since is to be shown anew.
 */
export class Expiries {
  /** What will be left of those that are shown, and when: no text is kept here. */
  private readonly waiting = new Map<string, { left: Message; at: Millis }>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When it is looked at next. */
  private due = Infinity;

  constructor(
    private readonly expired: (message: Message) => void,
    private readonly now: () => Millis,
  ) {}

  /** The message as it is to be shown now. */
  shown(message: Message): Message {
    const key = keyOf(message.chat_id, message.seq);
    const shown = asOf(message, this.now());
    const at = shown.expires_at;
    if (at == null || shown.deleted_at != null) {
      this.waiting.delete(key);
    } else {
      this.waiting.set(key, { left: asOf(shown, at), at });
      this.lookBy(at);
    }
    return shown;
  }

  /** Look what is over by now. */
  look(): void {
    this.stop();
    const now = this.now();
    for (const [key, { left, at }] of [...this.waiting]) {
      if (at > now) continue;
      this.waiting.delete(key);
      this.expired(left);
    }
    for (const { at } of this.waiting.values()) this.lookBy(at);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
  }

  private lookBy(at: Millis): void {
    if (at >= this.due) return;
    clearTimeout(this.timer);
    this.due = at;
    this.timer = setTimeout(() => this.look(), Math.min(at - this.now(), LOOK_EVERY));
  }
}

const keyOf = (chatId: Id, seq: Seq) => `${chatId} ${seq}`;
