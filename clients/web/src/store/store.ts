import { batch, computed, signal } from "@preact/signals-core";
import type {
  ChosenStatus,
  History,
  Id,
  MessageHistory,
  Presence,
  Relation,
  Settings,
  User,
  WarningNote,
} from "../protocol";
import type { ChatRecord, ConnectionRecord, Patch, Roster, Unsent } from "../state/records";
import { Table } from "./table";
import { MessageWindow } from "./window";

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
  readonly unsent = signal<Unsent[]>([]);
  readonly relations = new Table<Id, Relation>();
  readonly settings = signal<Settings | null>(null);
  readonly warnings = signal<WarningNote[]>([]);
  private readonly windows = new Map<Id, MessageWindow>();

  /** The chats on the list: pinned ones first, then by when something was last said. */
  readonly order = computed(() =>
    this.chats
      .values()
      .sort((one, other) => pinnedAt(other) - pinnedAt(one) || lastAt(other) - lastAt(one))
      .map(record => record.chat.id),
  );

  readonly unread = computed(
    () => this.chats.values().filter(record => record.mine.unread > 0 && !isMuted(record)).length,
  );

  /** Requests that wait for an answer of ours. */
  readonly requests = computed(
    () => this.relations.values().filter(relation => relation.state === "incoming" && !relation.blocked).length,
  );

  constructor(private readonly fetchPage: (command: MessageHistory) => Promise<History>) {}

  window(chatId: Id): MessageWindow {
    let found = this.windows.get(chatId);
    if (!found) {
      found = new MessageWindow(chatId, this.fetchPage);
      this.windows.set(chatId, found);
    }
    return found;
  }

  /** A chat was closed: its messages are asked for again when it is opened. */
  forgetWindow(chatId: Id): void {
    this.windows.delete(chatId);
    this.rosters.delete(chatId);
  }

  apply(patch: Patch): void {
    batch(() => {
      if (patch.reset) this.clear();
      if (patch.connection) this.connection.value = patch.connection;
      if (patch.me !== undefined) this.me.value = patch.me;
      if (patch.status !== undefined) this.status.value = patch.status;
      for (const user of patch.people ?? []) this.people.set(user.id, user);
      for (const one of patch.presence ?? []) this.presence.set(one.user_id, one);
      for (const record of patch.chats ?? []) this.chats.set(record.chat.id, record);
      for (const chatId of patch.gone ?? []) this.chats.delete(chatId);
      for (const roster of patch.rosters ?? []) this.rosters.set(roster.chat_id, roster);
      for (const stretch of patch.stretches ?? []) this.window(stretch.chat_id).apply(stretch);
      if (patch.unsent) this.setUnsent(patch.unsent);
      for (const relation of patch.relations ?? []) this.relations.set(relation.user.id, relation);
      for (const userId of patch.unrelated ?? []) this.relations.delete(userId);
      if (patch.settings !== undefined) this.settings.value = patch.settings;
      if (patch.warnings) this.warnings.value = patch.warnings;
    });
  }

  private setUnsent(unsent: Unsent[]): void {
    if (unsent.length || this.unsent.peek().length) this.unsent.value = unsent;
  }

  private clear(): void {
    this.me.value = null;
    this.status.value = null;
    this.unsent.value = [];
    this.settings.value = null;
    this.warnings.value = [];
    for (const table of [this.people, this.presence, this.chats, this.rosters, this.relations]) table.clear();
  }
}

const pinnedAt = (record: ChatRecord) => record.mine.prefs?.pinned_at ?? 0;
const lastAt = (record: ChatRecord) => record.last?.sent_at ?? record.chat.created_at;

export function isMuted(record: ChatRecord): boolean {
  return (record.mine.prefs?.muted_until ?? 0) > Date.now();
}
