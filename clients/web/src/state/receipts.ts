import type { Id, Message, Receipt, Seq } from "../protocol";
import type { Member } from "./whole";

/** How far a message of ours has come. */
export type Reach = "sent" | "delivered" | "read";

/** How far others have come in a chat. */
export class Receipts {
  held = new Map<Id, Receipt>();
  /** Who shows none, and is not waited for. */
  off = new Set<Id>();

  set(receipts: readonly Receipt[], off: readonly Id[]): void {
    this.move(receipts);
    this.off = new Set(off);
    for (const userId of off) this.held.delete(userId);
  }

  /** Somebody shows theirs now, or no longer. */
  switch(userId: Id, shown: boolean): void {
    if (shown) {
      this.off.delete(userId);
    } else {
      this.off.add(userId);
      this.held.delete(userId);
    }
  }

  move(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      const known = this.held.get(receipt.user_id) ?? receipt;
      this.held.set(receipt.user_id, {
        user_id: receipt.user_id,
        delivered_seq: Math.max(known.delivered_seq, receipt.delivered_seq),
        read_seq: Math.max(known.read_seq, receipt.read_seq),
      });
    }
  }

  /** Whoever writes has read what was there. */
  wrote(userId: Id, seq: Seq): void {
    if (!this.off.has(userId)) this.move([{ user_id: userId, delivered_seq: seq, read_seq: seq }]);
  }
}

/** What a message's reach is judged by. */
export interface Readers {
  members: readonly Member[];
  receipts: readonly Receipt[];
  receipts_off: readonly Id[];
}

/** `delivered` to all who were there when it was said and show receipts, `read` by all of them, or only `sent`. */
export function reachOf(message: Message, readers: Readers, me: Id): Reach {
  const [read, delivered, all] = countsOf(message, readers, me);
  if (!all) return "sent";
  if (read === all) return "read";
  return delivered === all ? "delivered" : "sent";
}

/** How many have read it, to how many it was delivered, and of how many one can know that. */
export function countsOf(message: Message, readers: Readers, me: Id): [read: number, delivered: number, all: number] {
  if (readers.receipts_off.includes(me)) return [0, 0, 0];
  const waitedFor = readers.members.filter(
    member =>
      member.joined_seq < message.seq &&
      member.user_id !== message.author_id &&
      !readers.receipts_off.includes(member.user_id),
  );
  const receipts = new Map(readers.receipts.map(receipt => [receipt.user_id, receipt]));
  const count = (number: "read_seq" | "delivered_seq") =>
    waitedFor.filter(member => (receipts.get(member.user_id)?.[number] ?? 0) >= message.seq).length;
  return [count("read_seq"), count("delivered_seq"), waitedFor.length];
}
