import type { Id, Message, Seq } from "../protocol";
import { isGone } from "../state/gone";
import type { Unsent } from "../state/records";
import { HIDDEN, SYSTEM } from "../state/unread";
import { textScale } from "../store/preferences";
import type { MessageWindow, Range } from "../store/window";
import { isSameDay } from "../text/dates";
import { asMessage } from "./deeds";

/** A message of the list, or one of ours that is not sent yet. `size` is its height until it is measured, in pixels. */
export type Row =
  | { key: string; size: number; seq: Seq; before: Seq | null }
  | { key: string; size: number; nonce: string; isNewDay: boolean; joins: boolean };

/** What one person says within so many milliseconds stands together. */
const TOGETHER = 7 * 60_000;
/** The height of the line of a day, in pixels. */
export const DAY = 36;
const WIDEST_BUBBLE = 560;
/** Of an average character and a line in the usual size of text, in pixels. */
const CHARACTER = 7.6;
const LINE = 22;
/** Shown of a long text, as its style sheet has it. */
export const LINES = 12;
/** Of text that others wrote, which stands apart. */
const QUOTE = /^>/m;
/** Characters that stand over others. */
const MARKS = /\p{M}/gu;

/** Whether a message joins the one before it, of the same author. */
export function standTogether(one: Message, next: Message): boolean {
  return (
    one.author_id === next.author_id &&
    one.kind === next.kind &&
    next.sent_at - one.sent_at < TOGETHER &&
    isSameDay(one.sent_at, next.sent_at)
  );
}

/** Whether the line of a day stands above a row. */
export function beginsDay(row: Row, messages: MessageWindow): boolean {
  if (!("seq" in row)) return row.isNewDay;
  const before = row.before === null ? undefined : messages.peek(row.before);
  return !before || !isSameDay(before.sent_at, messages.peek(row.seq)!.sent_at);
}

/** Makes the rows of a list. What was a row before stays the same one, so that it is looked at once. */
export class Rows {
  private made = new Map<string, Row>();

  constructor(
    private readonly messages: MessageWindow,
    private readonly isGroup: boolean,
    private readonly me: Id,
  ) {}

  /** All rows of a range, with what waits to be sent after the newest message. */
  of({ first, last }: Range, unsent: readonly Unsent[], width: number): Row[] {
    const rows: Row[] = [];
    let before: Message | undefined;
    for (let seq = first; seq <= last; seq++) {
      const message = this.messages.peek(seq);
      if (!message || message.kind === HIDDEN || isGone(message)) continue;
      rows.push(this.row(message, before, width));
      before = message;
    }
    // One that was posted keeps the place and the element that it had while it waited.
    const posted = new Map(rows.map(row => [row.key, row]));
    for (const one of this.messages.atEnd ? unsent : []) {
      if (posted.has(one.nonce)) continue;
      const message = asMessage(one);
      rows.push(this.waiting(message, before, width));
      before = message;
    }
    this.made = posted;
    return rows;
  }

  /** It stands as it will when it is posted, so that nothing moves then. */
  private waiting(message: Message, before: Message | undefined, width: number): Row {
    const { nonce } = message;
    const isNewDay = !before || !isSameDay(before.sent_at, message.sent_at);
    const joins = before !== undefined && standTogether(before, message);
    return { key: nonce, size: estimate(message, before, false, width), nonce, isNewDay, joins };
  }

  private row(message: Message, before: Message | undefined, width: number): Row {
    const key = message.nonce || String(message.seq);
    const made = this.made.get(key);
    if (made && "seq" in made && made.seq === message.seq && made.before === (before?.seq ?? null)) return made;
    const size = estimate(message, before, this.isGroup && message.author_id !== this.me, width);
    return { key, size, seq: message.seq, before: before?.seq ?? null };
  }
}

function estimate(message: Message, before: Message | undefined, named: boolean, width: number): number {
  const newDay = !before || !isSameDay(before.sent_at, message.sent_at);
  const day = newDay ? DAY : 0;
  if (message.kind === SYSTEM) return day + 28;
  const joins = !newDay && standTogether(before, message);
  const scale = textScale();
  const across = (Math.min(WIDEST_BUBBLE, width * 0.88 - (named ? 46 : 0)) - 24) / (CHARACTER * scale);
  let lines = 0;
  for (const line of message.text.replace(MARKS, "").split("\n")) lines += Math.max(1, Math.ceil(line.length / across));
  if (lines > LINES) lines = LINES + 1;
  if (QUOTE.test(message.text)) lines += 8 / LINE;
  const author = named && !joins ? 20 * scale : 0;
  const above = joins ? 2 : 10;
  const more = (message.reactions?.length ? 32 : 0) + (message.reply_to == null ? 0 : 46);
  return day + above + 14 + author + LINE * scale * lines + more + (message.forwarded ? 18 : 0);
}
