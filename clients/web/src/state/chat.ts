import type { Id, Message, Preferences, Seq } from "../protocol";
import { Messages } from "./messages";
import { Receipts } from "./receipts";
import { counts, mentionsMe, newer, type Reader } from "./unread";
import type { Chat, Member, Mine, WholeState } from "./whole";

/** In the order of their `seq`. What was posted after the state's own `rev` is left to the events. */
export function messagesOf(state: WholeState): Message[] {
  return state.messages.filter(message => message.seq <= state.chat.head_seq).sort((one, other) => one.seq - other.seq);
}

/** A chat as this client holds it, as of its `rev`. */
export class ChatView {
  readonly id: Id;
  readonly members = new Map<Id, Member>();
  readonly receipts = new Receipts();
  readonly messages: Messages;
  chat: Chat;
  mine: Mine;
  /** Whether what is unread must be asked for: some of it lies before the window. */
  doubtful = false;

  /** A chat afresh; `old` is what was held of it, of which only what one did oneself may be newer. */
  constructor(
    state: WholeState,
    window: number,
    private reader: Reader,
    old?: ChatView,
  ) {
    this.id = state.chat.id;
    this.mine = old ? newer(state.mine, old.mine) : state.mine;
    this.messages = new Messages(window);
    for (const seq of old?.messages.unseen ?? []) this.messages.unseen.add(seq);
    this.chat = { ...state.chat, head_seq: 0 };
    for (const message of messagesOf(state)) this.post(message);
    for (const member of state.members) this.setMember(member, state.chat.member_count);
    this.chat = state.chat;
    this.setMine(state.mine);
    this.receipts.set(state.receipts, state.receipts_off);
  }

  get rev(): Seq {
    return this.chat.rev;
  }

  get headSeq(): Seq {
    return this.chat.head_seq;
  }

  /** Of the oldest message held; the one to come when there is none. */
  get firstSeq(): Seq {
    return this.messages.first ?? this.headSeq + 1;
  }

  /** Whether the chat is on the list: not from when it was deleted until something is said again. */
  get listed(): boolean {
    return this.mine.closed_seq === null || this.headSeq > this.mine.closed_seq;
  }

  /** Whose profiles are of use here: members, and authors of what is held. */
  *acquaintances(): Iterable<Id> {
    yield* this.members.keys();
    for (const message of this.messages.values()) yield message.author_id;
  }

  setChat(chat: Chat): void {
    this.chat = chat;
  }

  /** A new message at the end. */
  post(message: Message): void {
    if (message.seq <= this.headSeq) {
      this.change(message);
      return;
    }
    const shown = this.messages.asShown(message);
    this.chat = { ...this.chat, head_seq: message.seq, rev: message.rev };
    if (message.seq > this.mine.cleared_seq) this.messages.post(shown);
    this.receipts.wrote(message.author_id, message.seq);
    if (message.seq > this.mine.read_seq && counts(shown, this.reader, this.rev)) {
      this.count(1, Number(mentionsMe(shown, this.reader, this.rev)));
    }
  }

  /** A message is like this now. */
  change(message: Message): void {
    const before = this.rev;
    const held = this.messages.get(message.seq);
    if (message.seq > this.mine.read_seq) this.recountChanged(held, this.messages.asShown(message), before);
    this.chat = { ...this.chat, rev: message.rev };
    this.messages.change(message);
  }

  /** Somebody came, left or has another role. */
  setMember(member: Member, memberCount: number): void {
    this.chat = { ...this.chat, rev: member.rev, member_count: memberCount };
    const held = this.members.get(member.user_id);
    if (held && held.rev > member.rev) return; // a state may hold what is newer than its `rev`
    if (member.left) this.members.delete(member.user_id);
    else this.members.set(member.user_id, member);
    if (member.user_id === this.reader.me) this.mine = { ...this.mine, role: member.role };
  }

  // --- what one did oneself

  /** Nothing is left of the chat up to a message. */
  clear(clearedSeq: Seq, closedSeq: Seq | null): void {
    this.mine = {
      ...this.mine,
      cleared_seq: Math.max(clearedSeq, this.mine.cleared_seq),
      closed_seq: closedSeq,
    };
    this.messages.clear(clearedSeq);
    this.read(clearedSeq);
  }

  /** These are not to be seen again, nor on a page or in an event that is still on its way. */
  hide(seqs: readonly Seq[]): void {
    this.messages.hide(seqs);
    if (seqs.some(seq => seq > this.mine.read_seq)) this.recount();
  }

  // --- what is unread

  /** The server says so, as of `rev`. */
  setMine(mine: Mine): void {
    const known = this.mine;
    this.mine = mine;
    this.doubtful = false;
    this.keep(known);
  }

  /** This was known before, of which some may be newer: heard of another device of ours meanwhile. */
  keep(known: Mine): void {
    if (known.prefs) this.setPrefs(known.prefs);
    this.read(known.read_seq);
    if (known.mark > this.mine.mark) {
      this.mine = newer(this.mine, known);
      this.recount();
    }
  }

  /** The chat is wanted like this now, unless a later wish is known. */
  setPrefs(prefs: Preferences): void {
    if (prefs.rev > (this.mine.prefs?.rev ?? 0)) this.mine = { ...this.mine, prefs };
  }

  /** We have read so far, on some device. */
  read(seq: Seq): void {
    if (seq <= this.mine.read_seq) return;
    this.mine = { ...this.mine, read_seq: seq };
    this.recount();
  }

  /** Whom we block has changed. */
  setReader(reader: Reader): void {
    this.reader = reader;
    if (this.mine.read_seq < this.headSeq) this.recount();
  }

  /** Count what is unread, if all of that is held. */
  private recount(): void {
    const seq = this.mine.read_seq;
    this.doubtful = seq < this.headSeq && seq + 1 < this.firstSeq;
    if (this.doubtful) return;
    const left = [...this.messages.values()].filter(message => message.seq > seq);
    this.mine = {
      ...this.mine,
      unread: left.filter(message => counts(message, this.reader, this.rev)).length,
      mentions: left.filter(message => mentionsMe(message, this.reader, this.rev)).length,
    };
  }

  /** An unread message has changed. Without knowing what it was before, its mentions have to be asked for. */
  private recountChanged(held: Message | undefined, message: Message, before: Seq): void {
    const now = message.rev;
    if (held) {
      this.count(
        Number(counts(message, this.reader, now)) - Number(counts(held, this.reader, before)),
        Number(mentionsMe(message, this.reader, now)) - Number(mentionsMe(held, this.reader, before)),
      );
      return;
    }
    const gone = message.deleted_at != null && counts(message, this.reader, before);
    this.count(-Number(gone), 0);
    if (this.mine.mentions || mentionsMe(message, this.reader, now)) this.doubtful = true;
    if (gone && this.mine.mark) this.doubtful = true; // it may have been hidden, and so not counted
  }

  private count(unread: number, mentions: number): void {
    if (unread || mentions) {
      this.mine = { ...this.mine, unread: this.mine.unread + unread, mentions: this.mine.mentions + mentions };
    }
  }
}
