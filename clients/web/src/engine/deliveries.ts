import type { DeliveredReceipt, Id, Seq } from "../protocol";
import type { State } from "../state/state";

const EVERY = 1000;

/** Tells the others that what they wrote has arrived on this device, at most once a second. */
export class Deliveries {
  private readonly told = new Map<Id, Seq>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly state: State,
    private readonly say: (command: DeliveredReceipt) => Promise<unknown>,
  ) {}

  /** Something may have arrived. */
  notice(): void {
    this.timer ??= setTimeout(() => void this.tell(), EVERY);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async tell(): Promise<void> {
    this.timer = undefined;
    const news = [...this.state.chats.values()].filter(
      view => view.mine.unread > 0 && view.headSeq > (this.told.get(view.id) ?? 0),
    );
    if (!news.length) return;
    const chats = Object.fromEntries(news.slice(0, 500).map(view => [view.id, view.headSeq]));
    try {
      await this.say({ type: "receipt.delivered", chats });
      for (const [chatId, seq] of Object.entries(chats)) this.told.set(Number(chatId), seq);
    } catch {
      // It is said again with the next message, or after the next reconnect.
    }
    if (news.length > 500) this.notice();
  }
}
