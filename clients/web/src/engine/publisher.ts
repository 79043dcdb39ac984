import type { Id, Message, Scheduled, Seq } from "../protocol";
import type { Changes } from "../state/changes";
import type { ChatView } from "../state/chat";
import { reachOf } from "../state/receipts";
import type { ChatRecord, Patch, Roster, Stretch } from "../state/records";
import type { Mine } from "../state/whole";
import type { Client } from "./client";

/** Messages that a tab is given when it opens a chat; what is older it asks for. */
const FIRST = 100;

/** What every tab is shown of what became different. */
export function common(client: Client, changes: Changes): Patch {
  const { state } = client;
  if (changes.everything) return everything(client);
  const patch: Patch = standing(client);
  if (changes.me) patch.me = state.me;
  if (changes.status) patch.status = state.status;
  if (changes.people.size) patch.people = [...changes.people].flatMap(id => state.people.users.get(id) ?? []);
  if (changes.presence.size) patch.presence = [...changes.presence].flatMap(id => state.people.presence.get(id) ?? []);
  if (changes.chats.size) {
    const [shown, gone] = [[] as ChatRecord[], [] as Id[]];
    for (const id of changes.chats) {
      const view = state.chats.get(id);
      if (view?.listed) shown.push(chatRecord(client, view));
      else gone.push(id);
    }
    patch.chats = shown;
    patch.gone = gone;
  }
  if (changes.relations.size) {
    const ids = [...changes.relations];
    patch.relations = ids.flatMap(id => state.affairs.relations.get(id) ?? []);
    patch.unrelated = ids.filter(id => !state.affairs.relations.has(id));
  }
  if (changes.settings) patch.settings = state.affairs.settings;
  if (changes.joins.length) patch.joins = changes.joins;
  if (changes.warnings) patch.warnings = [...state.affairs.warnings.values()];
  if (changes.scheduled) patch.scheduled = scheduled(client);
  return patch;
}

/** How the connection stands, and what waits for it. */
export function standing(client: Client): Pick<Patch, "connection" | "unsent" | "deeds"> {
  return { connection: client.record, unsent: client.outbox.all(), deeds: client.deeds.all() };
}

/** What a tab is shown that knows nothing yet. */
export function everything(client: Client): Patch {
  const { state } = client;
  return {
    reset: true,
    ...standing(client),
    me: state.me,
    status: state.status,
    people: [...state.people.users.values()],
    presence: [...state.people.presence.values()],
    chats: [...state.chats.values()].filter(view => view.listed).map(view => chatRecord(client, view)),
    relations: [...state.affairs.relations.values()],
    settings: state.affairs.settings,
    warnings: [...state.affairs.warnings.values()],
    scheduled: scheduled(client),
  };
}

/** The next one first. */
function scheduled({ state }: Client): Scheduled[] {
  return [...state.scheduled.values()].sort((one, other) => one.send_at - other.send_at || one.id - other.id);
}

/** What a tab in which these chats are open is shown beside that. */
export function watched(client: Client, changes: Changes, chatIds: Iterable<Id>): Pick<Patch, "rosters" | "stretches"> {
  const rosters: Roster[] = [];
  const stretches: Stretch[] = [];
  for (const id of chatIds) {
    const view = client.state.chats.get(id);
    if (!view) continue;
    const seqs = changes.messages.get(id);
    if (changes.everything || changes.restarted.has(id)) stretches.push(newest(client, view));
    else if (seqs) stretches.push(stretch(client, view, seqs));
    if (changes.everything || changes.rosters.has(id)) rosters.push(roster(view));
  }
  return { ...(rosters.length && { rosters }), ...(stretches.length && { stretches }) };
}

/** What a tab is shown that opens a chat. */
export function opened(client: Client, chatId: Id): Pick<Patch, "rosters" | "stretches"> {
  const view = client.state.chats.get(chatId);
  return view ? { rosters: [roster(view)], stretches: [newest(client, view)] } : {};
}

function chatRecord(client: Client, view: ChatView): ChatRecord {
  const newest = view.messages.get(view.headSeq);
  const last = newest ? client.shown(newest) : null;
  const me = client.state.me?.id ?? 0;
  return {
    chat: view.chat,
    mine: last?.author_id === me ? withoutSaid(view.mine, last) : view.mine,
    last,
    reach: last?.author_id === me ? reachOf(last, roster(view), me) : null,
    typing: client.usage.typingIn(view.id),
  };
}

/** A draft that was sent from another device, or by an engine that ended, is no draft, whatever is heard of it. */
function withoutSaid(mine: Mine, { text }: Message): Mine {
  const { prefs } = mine;
  return prefs?.draft && prefs.draft.trim() === text ? { ...mine, prefs: { ...prefs, draft: "" } } : mine;
}

function roster(view: ChatView): Roster {
  return {
    chat_id: view.id,
    members: [...view.members.values()],
    receipts: [...view.receipts.held.values()],
    receipts_off: [...view.receipts.off],
  };
}

function newest(client: Client, view: ChatView): Stretch {
  const messages = [...view.messages.values()].slice(-FIRST).map(message => client.shown(message));
  return { chat_id: view.id, reset: true, messages, head_seq: view.headSeq, cleared_seq: view.mine.cleared_seq };
}

function stretch(client: Client, view: ChatView, seqs: Map<Seq, Message | null>): Stretch {
  const messages = [...seqs]
    .sort(([one], [other]) => one - other)
    .flatMap(([seq, heard]) => view.messages.get(seq) ?? (heard ? view.messages.asShown(heard) : []))
    .map(message => client.shown(message));
  return { chat_id: view.id, reset: false, messages, head_seq: view.headSeq, cleared_seq: view.mine.cleared_seq };
}
