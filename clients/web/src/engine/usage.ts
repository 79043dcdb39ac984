import type { ClientCommand, Id } from "../protocol";

/** Milliseconds between two words about input. */
const INPUT_EVERY = 60_000;
const TYPING_EVERY = 3_000;
const TYPING_LASTS = 6_000;

/** How one uses this browser, for presence; and who is typing in the chat that is open. */
export class Usage {
  private chatId: Id | null = null;
  private focused = false;
  private inputAt: number | null = null;
  private toldAt = 0;
  private typedAt = new Map<Id, number>();
  private readonly typing = new Map<Id, Map<Id, ReturnType<typeof setTimeout>>>();

  constructor(
    private readonly say: (command: ClientCommand) => void,
    private readonly changed: (chatId: Id) => void,
  ) {}

  /** Who is typing in a chat, the one who began first in front. */
  typingIn(chatId: Id): Id[] {
    return [...(this.typing.get(chatId)?.keys() ?? [])];
  }

  // --- out

  /** There was input, or the app came to the front, with this chat open in it. */
  touch(chatId: Id | null): void {
    const now = Date.now();
    const told = this.focused && this.chatId === chatId && this.inputAt !== null && now < this.toldAt + INPUT_EVERY;
    this.inputAt = now;
    this.focused = true;
    this.chatId = chatId;
    if (!told) this.tell();
  }

  /** The app is no longer in front. */
  blur(): void {
    if (!this.focused) return;
    this.focused = false;
    this.tell();
  }

  /** Something was typed in a chat. Others are told at most every three seconds. */
  type(chatId: Id): void {
    this.touch(chatId);
    const now = Date.now();
    if (now < (this.typedAt.get(chatId) ?? 0) + TYPING_EVERY) return;
    this.typedAt.set(chatId, now);
    this.say({ type: "typing.start", chat_id: chatId });
  }

  /** There is a new connection, which is no input: say again how things are. */
  connected(): void {
    if (this.inputAt !== null) this.tell();
  }

  private tell(): void {
    this.toldAt = Date.now();
    const idle_for = (this.toldAt - (this.inputAt ?? this.toldAt)) / 1000;
    this.say({ type: "session.focus", focused: this.focused, chat_id: this.chatId, idle_for });
  }

  // --- in

  /** Somebody is typing; unless that is repeated it is over after six seconds. */
  heard(chatId: Id, userId: Id): void {
    const typing = this.typing.get(chatId) ?? new Map<Id, ReturnType<typeof setTimeout>>();
    this.typing.set(chatId, typing);
    clearTimeout(typing.get(userId));
    typing.set(
      userId,
      setTimeout(() => this.stopped(chatId, userId), TYPING_LASTS),
    );
    this.changed(chatId);
  }

  /** Whoever has sent is not typing any more. */
  stopped(chatId: Id, userId: Id): void {
    const typing = this.typing.get(chatId);
    if (!typing?.has(userId)) return;
    clearTimeout(typing.get(userId));
    typing.delete(userId);
    if (!typing.size) this.typing.delete(chatId);
    this.changed(chatId);
  }

  close(): void {
    for (const typing of this.typing.values()) for (const timer of typing.values()) clearTimeout(timer);
    this.typing.clear();
  }
}
