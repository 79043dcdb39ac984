import type {
  ChatCleared,
  ChatLeft,
  ChatRead,
  ChatState,
  ChosenStatus,
  Id,
  Message,
  MessagesHidden,
  PrefsChanged,
  ReceiptMoved,
  ReceiptsSwitched,
  Relations,
  Scheduled,
  Seq,
  ServerEvent,
  Synced,
  User,
} from "../protocol";
import { Affairs, type OwnAffair } from "./affairs";
import { Changes } from "./changes";
import { ChatView, messagesOf } from "./chat";
import { Held, type Numbered, numberOf } from "./held";
import { People } from "./people";
import type { Reader } from "./unread";
import { type WholeState, wholeChat, wholeMember, wholeState } from "./whole";

/** Events of a chat that carry no `rev`. */
type Aside = ChatRead | PrefsChanged | ReceiptMoved | ReceiptsSwitched | ChatCleared | MessagesHidden;

/**
 * Everything a signed-in person sees, as of each chat's `rev`, and the rules by which it stays in step. No I/O, no clock.
 *
 * An event is applied only if its rev is the next one; an older one is dropped, a later one is held until what lies
 * between has come, by another event or as a `ChatState` that the caller fetches for each chat in `behind`.
 */
export class State {
  epoch = 0;
  me: User | null = null;
  status: ChosenStatus | null = null;
  readonly chats = new Map<Id, ChatView>();
  readonly people = new People();
  readonly affairs = new Affairs();
  scheduled = new Map<Id, Scheduled>();
  /** How often a chat was dropped: a state fetched before the last time may be of a chat that one has left. */
  departures = 0;
  /** Up to when moves of receipts and preferences are known. */
  asOf = 0;
  changes = new Changes();
  private blocked: ReadonlySet<Id> = new Set();
  private readonly held = new Map<Id, Held>();
  private readonly unmarked = new Set<Id>();
  private readonly doubtful = new Set<Id>();
  private readonly done = new Set<Id>();

  constructor(
    /** Messages held per chat: the newest ones. */
    private readonly window: number,
    /** Told each message that is new, whichever way it was learned. */
    private readonly posted: (message: Message) => void = () => {},
  ) {}

  /** The chats of which something was heard that could not be applied yet. */
  get behind(): Set<Id> {
    return new Set([...this.held.keys(), ...this.unmarked, ...this.doubtful]);
  }

  /** What `sync` is asked with. */
  revs(): Record<string, Seq> {
    return Object.fromEntries([...this.chats.values()].map(view => [view.id, view.rev]));
  }

  marks(): Record<string, Seq> {
    const marked = [...this.chats.values()].filter(view => view.mine.mark);
    return Object.fromEntries(marked.map(view => [view.id, view.mine.mark]));
  }

  /** What became different since the last time this was asked. */
  takeChanges(): Changes {
    const taken = this.changes;
    this.changes = new Changes();
    return taken;
  }

  /** Drop everything: the server's numbers have started anew. */
  clear(): void {
    this.departures += 1;
    this.chats.clear();
    this.people.clear();
    this.affairs.clear();
    this.blocked = new Set();
    this.scheduled.clear();
    this.status = null;
    this.held.clear();
    this.unmarked.clear();
    this.doubtful.clear();
    this.asOf = 0;
    this.changes.everything = true;
  }

  // --- events

  /** Apply an event if it is its turn, and then those that waited for it. */
  apply(event: ServerEvent): void {
    switch (event.type) {
      case "message.posted":
      case "message.changed":
      case "member.changed":
      case "chat.changed":
        return this.inTurn(event);
      case "chat.read":
      case "prefs.changed":
      case "receipt.moved":
      case "receipt.switched":
      case "chat.cleared":
      case "message.hidden":
        return this.applyAside(event);
      case "chat.joined":
        if (event.chat.rev > (this.chats.get(event.chat.id)?.rev ?? -1)) this.hold(event.chat.id, event.chat.rev, null);
        return;
      case "chat.left":
        if (!this.joinedAfter(event)) this.forget(event.chat_id);
        return;
      case "me.changed":
      case "user.changed":
        return this.meet(event.user);
      case "presence.changed":
        this.people.see(event.people);
        for (const one of event.people) this.changes.presence.add(one.user_id);
        return;
      case "status.changed":
        return this.choose(event.status);
      case "scheduled.changed":
        // Its answer may come after all that became of it.
        if (!this.done.has(event.scheduled.id)) this.scheduled.set(event.scheduled.id, event.scheduled);
        this.changes.scheduled = true;
        return;
      case "scheduled.gone":
        this.done.add(event.scheduled_id);
        this.scheduled.delete(event.scheduled_id);
        this.changes.scheduled = true;
        return;
      case "invite.requested":
      case "invite.declined":
        this.changes.joins.push(event);
        return;
      case "typing":
      case "session.revoked":
      case "draining":
      case "resync":
      case "chats.behind":
      case "chats.recounted":
        return; // nothing of these lasts
      case "relation.changed":
      case "settings.changed":
      case "warning.given":
      case "warning.gone":
        return this.applyOwn(event);
      default:
        event satisfies never; // of a newer server: passed over
    }
  }

  /** Take note of what one chose to show, unless a later choice is known. */
  choose(status: ChosenStatus): void {
    if (this.status && status.rev <= this.status.rev) return;
    this.status = status;
    this.changes.status = true;
  }

  /** Take note of a profile, unless a newer one is known. */
  meet(user: User): void {
    if (!this.people.meet(user)) return;
    this.changes.people.add(user.id);
    if (this.me?.id === user.id && user.rev >= this.me.rev) {
      this.me = user;
      this.changes.me = true;
    }
  }

  /** Take note of a profile as everybody sees it. What only friends see comes by itself, with `user.changed`. */
  private meetInPublic(user: User): void {
    const known = this.people.users.get(user.id);
    const close = this.affairs.isFriend(user.id) || this.me?.id === user.id;
    if (!user.private || !known || !close) return this.meet(user);
    this.meet({ ...user, description: known.description, avatar: known.avatar, private: known.private });
  }

  private applyOwn(event: OwnAffair): void {
    if (this.affairs.apply(event)) this.ownChanged(event);
  }

  /** Apply what an answer says of one's own affairs. */
  learnOwn(event: OwnAffair): void {
    if (this.affairs.learn(event)) this.ownChanged(event);
  }

  private ownChanged(event: OwnAffair): void {
    if (event.type === "settings.changed") this.changes.settings = true;
    else if (event.type !== "relation.changed") this.changes.warnings = true;
    else {
      this.meet(event.relation.user);
      this.changes.relations.add(event.relation.user.id);
      this.forgetStrangers();
      this.recountIfBlocked();
    }
  }

  /** Apply what `people.list` answered, page by page. */
  applyAffairs(pages: readonly Relations[]): void {
    for (const userId of this.affairs.relations.keys()) this.changes.relations.add(userId);
    this.affairs.set(pages);
    for (const { user } of this.affairs.relations.values()) {
      this.meet(user);
      this.changes.relations.add(user.id);
    }
    this.changes.settings = true;
    this.changes.warnings = true;
    this.forgetStrangers();
    this.recountIfBlocked();
  }

  private get reader(): Reader {
    return { me: this.me?.id ?? 0, blocked: this.blocked };
  }

  /** What those write whom one blocks is not unread. */
  private recountIfBlocked(): void {
    const blocked = this.affairs.blocked();
    if (blocked.size === this.blocked.size && [...blocked].every(userId => this.blocked.has(userId))) return;
    this.blocked = blocked;
    for (const view of this.chats.values()) {
      view.setReader(this.reader);
      this.touched(view);
    }
  }

  private applyAside(event: Aside): void {
    const view = this.chats.get(event.chat_id);
    if (!view) {
      if (this.held.has(event.chat_id)) this.doubtful.add(event.chat_id); // it is being fetched, perhaps as of before
      return;
    }
    switch (event.type) {
      case "chat.read":
        view.read(event.read_seq);
        break;
      case "prefs.changed":
        view.setPrefs(event.prefs);
        break;
      case "receipt.moved":
        view.receipts.move(event.receipts);
        this.changes.rosters.add(view.id);
        break;
      case "receipt.switched":
        view.receipts.switch(event.user_id, event.shown);
        this.changes.rosters.add(view.id);
        break;
      default:
        if (!this.applyMine(view, event)) return;
    }
    this.touched(view);
  }

  /** What one did on another device: true at once, whatever else is missing. */
  private applyMine(view: ChatView, event: ChatCleared | MessagesHidden): boolean {
    if (event.mark <= view.mine.mark) return false;
    const next = event.mark === view.mine.mark + 1;
    if (!next) this.unmarked.add(view.id);
    if (event.type === "chat.cleared") {
      view.clear(event.cleared_seq, event.closed_seq);
      this.changes.restarted.add(view.id);
    } else {
      view.hide(event.seqs);
      for (const seq of event.seqs) this.changes.message(view.id, seq);
    }
    if (next) view.mine = { ...view.mine, mark: event.mark };
    return true;
  }

  /** Whether this is told late: we are in the chat again. */
  private joinedAfter(event: ChatLeft): boolean {
    const mine = this.me ? this.chats.get(event.chat_id)?.members.get(this.me.id) : undefined;
    return mine !== undefined && mine.rev > event.rev;
  }

  private inTurn(event: Numbered): void {
    const { chatId, rev } = numberOf(event);
    const view = this.chats.get(chatId);
    if (!view || rev > view.rev + 1) return this.hold(chatId, rev, event);
    if (rev <= view.rev) return;
    this.applyNext(view, event);
    this.release(chatId);
  }

  private applyNext(view: ChatView, event: Numbered): void {
    switch (event.type) {
      case "message.posted":
        return this.post(view, event.message);
      case "message.changed":
        view.change(event.message);
        this.changes.message(view.id, event.message.seq, event.message);
        break;
      case "chat.changed":
        view.setChat(wholeChat(event.chat));
        break;
      case "member.changed":
        if (event.user) this.meetInPublic(event.user);
        view.setMember(wholeMember(event.member), event.member_count);
        this.changes.rosters.add(view.id);
        if (event.member.left && event.member.user_id === this.me?.id) return this.forget(view.id);
        break;
      default:
        event satisfies never;
    }
    this.touched(view);
  }

  private post(view: ChatView, message: Message): void {
    view.post(message);
    this.changes.message(view.id, message.seq);
    this.changes.rosters.add(view.id);
    this.touched(view);
    this.posted(message);
  }

  private touched(view: ChatView): void {
    this.changes.chats.add(view.id);
    if (view.doubtful) this.doubtful.add(view.id);
  }

  private hold(chatId: Id, rev: Seq, event: Numbered | null): void {
    const held = this.held.get(chatId) ?? new Held();
    this.held.set(chatId, held);
    held.put(rev, event);
  }

  /** Apply held events for as long as the next one is there. */
  private release(chatId: Id): void {
    const held = this.held.get(chatId);
    if (!held) return;
    for (;;) {
      const view = this.chats.get(chatId);
      if (!view) return;
      const event = held.take(view.rev + 1);
      if (event) this.applyNext(view, event);
      else break;
    }
    const rev = this.chats.get(chatId)?.rev ?? 0;
    held.forget(rev);
    if (held.upto <= rev) this.held.delete(chatId);
  }

  /** Drop a chat that one is not in any more. */
  forget(chatId: Id): void {
    this.departures += 1;
    this.held.delete(chatId);
    this.unmarked.delete(chatId);
    this.doubtful.delete(chatId);
    if (!this.chats.delete(chatId)) return;
    this.changes.chats.add(chatId);
    this.changes.restarted.add(chatId);
    this.forgetStrangers();
  }

  private forgetStrangers(): void {
    const known = new Set<Id>([...this.affairs.relations.keys(), ...(this.me ? [this.me.id] : [])]);
    for (const view of this.chats.values()) for (const userId of view.acquaintances()) known.add(userId);
    for (const userId of [...this.people.users.keys()]) if (!known.has(userId)) this.people.users.delete(userId);
    for (const userId of [...this.people.presence.keys()]) if (!known.has(userId)) this.people.presence.delete(userId);
  }

  // --- states

  /** Apply what `chat.changes`, `chat.get` or `sync` answered to `asked`, the rev that was held when asking. */
  applyState(sent: ChatState, asked = 0): void {
    const state = wholeState(sent);
    for (const user of state.people) this.meet(user);
    const { id, rev } = state.chat;
    const view = this.chats.get(id);
    this.unmarked.delete(id);
    if (!view || rev < asked || (state.reset && rev >= view.rev)) {
      this.replace(view, state);
      if (rev < asked) this.held.delete(id); // the numbers went back: what was heard of belongs to another history
    } else if (rev > view.rev) {
      this.advance(view, state);
    } else if (rev === view.rev) {
      this.settle(view, state);
    } else {
      this.doubtful.add(id); // events have already brought this chat further than the state that was asked for earlier
    }
    this.release(id);
  }

  /** Take over what is no part of the chat's `rev`. */
  private settle(view: ChatView, state: WholeState): void {
    view.setMine(state.mine);
    view.receipts.set(state.receipts, state.receipts_off);
    this.doubtful.delete(view.id);
    this.changes.rosters.add(view.id);
    this.touched(view);
  }

  private replace(old: ChatView | undefined, state: WholeState): void {
    const view = new ChatView(state, this.window, this.reader, old);
    this.chats.set(view.id, view);
    this.doubtful.delete(view.id);
    if (old && old.rev <= view.rev) view.keep(old.mine); // else the numbers went back
    this.changes.restarted.add(view.id);
    this.changes.rosters.add(view.id);
    this.touched(view);
    if (!old) return;
    for (const message of messagesOf(state)) if (message.seq > old.headSeq) this.posted(message);
  }

  private advance(view: ChatView, state: WholeState): void {
    for (const message of messagesOf(state)) {
      if (message.seq > view.headSeq) {
        this.post(view, message);
      } else {
        view.change(message);
        this.changes.message(view.id, message.seq, message);
      }
    }
    for (const member of state.members) view.setMember(member, state.chat.member_count);
    view.setChat(state.chat);
    this.settle(view, state);
  }

  /** Apply the answer to a `sync` that was asked with `asked`. */
  applySynced(synced: Synced, asked: Record<string, Seq>): void {
    if (!this.me || synced.me.rev >= this.me.rev) this.me = synced.me;
    this.changes.me = true;
    this.changes.scheduled = true;
    for (const user of [synced.me, ...synced.people]) this.meet(user);
    this.scheduled = new Map(synced.scheduled.map(one => [one.id, one]));
    for (const chatId of synced.gone) this.forget(chatId);
    for (const state of synced.chats) this.applyState(state, asked[state.chat.id] ?? 0);
    this.asOf = synced.as_of;
  }
}
