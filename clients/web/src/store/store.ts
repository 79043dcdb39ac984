import { batch, computed, signal } from "@preact/signals-core";
import type {
  ChosenStatus,
  Id,
  Message,
  Millis,
  Presence,
  Relation,
  Scheduled,
  Seq,
  Settings,
  User,
  WarningNote,
} from "../protocol";
import {
  type ChatRecord,
  type ConnectionRecord,
  type Deed,
  type JoinNews,
  MOST_WAITING,
  type Patch,
  type Roster,
  type Unsent,
} from "../state/records";
import type { Chat } from "../state/whole";
import { now } from "./now";
import { Table } from "./table";
import type { MessageWindow } from "./window";
import type { Writing } from "./writing";

/** Everything that views show, as signals; kept in step by the engine's patches. */
export class Store {
  /** Null until the engine has spoken. */
  readonly connection = signal<ConnectionRecord | null>(null);
  readonly me = signal<User | null>(null);
  readonly status = signal<ChosenStatus | null>(null);
  readonly people = new Table<Id, User>();
  readonly presence = new Table<Id, Presence>();
  readonly chats = new Table<Id, ChatRecord>();
  readonly rosters = new Table<Id, Roster>();
  /** What the engine has not sent yet, to be handed to another one. */
  readonly outbox = signal<Unsent[]>([]);
  readonly unsent = computed(() => this.outbox.value.filter(message => message.progress !== "withdrawn"));
  /** What one did to messages that waits: they look so already; and edits that were refused. */
  readonly deeds = signal<Deed[]>([]);
  readonly relations = new Table<Id, Relation>();
  readonly settings = signal<Settings | null>(null);
  readonly warnings = signal<WarningNote[]>([]);
  /** What was heard last of those who ask to be let into groups: for `useNews`. */
  readonly joins = signal<JoinNews[]>([]);
  /** The chats that came last, while one was here: for `useNews`. */
  readonly arrivals = signal<ChatRecord[]>([]);
  /** What one has scheduled, the next one first. */
  readonly scheduled = signal<Scheduled[]>([]);
  /** Where one was among the messages of a chat when one left it, unless that was the end. */
  readonly places = new Map<Id, { seq: Seq; below: number }>();
  /** The long messages that one wanted to see whole. */
  readonly unfolded = new Set<string>();
  /** The answers and edits that were begun in chats that one left. */
  readonly begun = new Map<Id, Writing>();
  /** What was given to an engine to be sent so lately that it may end before it tells of it, by nonce. */
  readonly given = new Map<string, Unsent>();
  /** Something was written or done here that the server has not confirmed yet. */
  readonly waits = computed(
    () =>
      this.unsent.value.some(message => message.progress === "waiting") || this.deeds.value.some(deed => !deed.reason),
  );
  /** What is shown of the messages of chats that are open: see `windowOf`. */
  readonly windows = new Map<Id, MessageWindow>();

  /** The chats on the list: pinned ones first, then by when something was last said. */
  readonly order = computed(() =>
    this.chats
      .values()
      .sort((one, other) => pinnedAt(other) - pinnedAt(one) || lastAt(other) - lastAt(one))
      .map(record => record.chat.id),
  );

  /** In how many chats there is something that one wants to be told of. */
  readonly unread = computed(() => this.chats.values().filter(tells).length);

  /** Requests that wait for an answer of ours. */
  readonly requests = computed(
    () => this.relations.values().filter(relation => relation.state === "incoming" && !relation.blocked).length,
  );

  /** As much waits for the server as may. */
  get isFull(): boolean {
    return Math.max(this.outbox.peek().length, this.deeds.peek().length) >= MOST_WAITING;
  }

  /** The messages shown of a chat, or of all that are open, wherever one is in them. */
  messages(chatId: Id | null): Message[] {
    const open = [...this.windows].filter(([id]) => id === (chatId ?? id) && this.chats.peek(id));
    return open.flatMap(([, window]) => window.values());
  }

  /** A chat was closed: its messages are asked for again when it is opened. */
  forgetWindow(chatId: Id): void {
    this.windows.delete(chatId);
    this.rosters.delete(chatId);
  }

  /** Whether what somebody says in this chat is folded: in groups of those whom one blocks. */
  isUnwanted({ kind }: Chat, authorId: Id): boolean {
    return kind === "group" && (this.relations.at(authorId).value?.blocked ?? false);
  }

  apply(patch: Patch): void {
    const arrivals = this.arrivalsOf(patch);
    batch(() => {
      if (patch.reset) this.clear();
      if (patch.connection?.standing === "signed_out")
        for (const kept of [this.given, this.begun, this.unfolded]) kept.clear();
      if (patch.connection) this.connection.value = patch.connection;
      if (patch.me !== undefined) this.me.value = patch.me;
      if (patch.status !== undefined) this.status.value = patch.status;
      for (const user of patch.people ?? []) this.people.set(user.id, user);
      for (const one of patch.presence ?? []) this.presence.set(one.user_id, one);
      for (const record of patch.chats ?? []) this.chats.set(record.chat.id, record);
      for (const chatId of patch.gone ?? []) this.chats.delete(chatId);
      for (const roster of patch.rosters ?? []) this.rosters.set(roster.chat_id, roster);
      for (const stretch of patch.stretches ?? []) this.windows.get(stretch.chat_id)?.apply(stretch);
      if (patch.unsent) this.setUnsent(patch.unsent);
      if (patch.deeds?.length || this.deeds.peek().length) this.deeds.value = patch.deeds ?? this.deeds.peek();
      for (const relation of patch.relations ?? []) this.relations.set(relation.user.id, relation);
      for (const userId of patch.unrelated ?? []) this.relations.delete(userId);
      if (patch.settings !== undefined) this.settings.value = patch.settings;
      if (patch.warnings) this.warnings.value = patch.warnings;
      if (patch.joins) this.joins.value = patch.joins;
      if (arrivals.length) this.arrivals.value = arrivals;
      if (patch.scheduled) this.scheduled.value = patch.scheduled;
    });
  }

  /** The chats that are not among those that one had. */
  private arrivalsOf({ reset, chats = [] }: Patch): ChatRecord[] {
    if (reset || !this.connection.peek()?.ready) return [];
    return chats.filter(({ chat }) => !this.chats.peek(chat.id));
  }

  private setUnsent(unsent: Unsent[]): void {
    if (unsent.length || this.outbox.peek().length) this.outbox.value = unsent;
  }

  /** The time by the server's clock, as far as it is known. */
  serverTime(at: Millis = Date.now()): Millis {
    return at + (this.connection.value?.ahead ?? 0);
  }

  private clear(): void {
    this.me.value = null;
    this.places.clear();
    this.status.value = null;
    this.outbox.value = [];
    this.deeds.value = [];
    this.settings.value = null;
    this.warnings.value = [];
    this.joins.value = [];
    this.arrivals.value = [];
    this.scheduled.value = [];
    for (const table of [this.people, this.presence, this.chats, this.rosters, this.relations]) table.clear();
  }
}

const pinnedAt = (record: ChatRecord) => record.mine.prefs?.pinned_at ?? 0;
const lastAt = (record: ChatRecord) => record.last?.sent_at ?? record.chat.created_at;

/** Whether there is something new in a chat of what one chose to be told of. */
function tells(record: ChatRecord): boolean {
  const { unread, mentions, prefs } = record.mine;
  const level = prefs?.level ?? "all";
  const count = level === "all" ? unread : level === "mentions" ? mentions : 0;
  return count > 0 && !isMuted(record);
}

export function isMuted(record: ChatRecord): boolean {
  return (record.mine.prefs?.muted_until ?? 0) > now.value;
}
