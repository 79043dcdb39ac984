import type {
  AddReaction,
  ChosenStatus,
  DeleteMessage,
  EditMessage,
  Failure,
  Id,
  JoinDeclined,
  JoinRequested,
  Message,
  Millis,
  PinMessage,
  Presence,
  Receipt,
  Relation,
  RemoveReaction,
  Scheduled,
  Seq,
  Settings,
  UnpinMessage,
  User,
  WarningNote,
} from "../protocol";
import type { Reach } from "./receipts";
import type { Chat, Member, Mine } from "./whole";

/** What views are shown: plain values, small enough to be sent from the engine to each tab. */

/** A chat as the list shows it. */
export interface ChatRecord {
  chat: Chat;
  mine: Mine;
  /** The newest message, unless it was cleared. */
  last: Message | null;
  /** How far it has come, if it is one's own. */
  reach: Reach | null;
  /** Who is typing, the one who began first in front. */
  typing: Id[];
}

/** Who is in a chat that is open, and how far they have come. */
export interface Roster {
  chat_id: Id;
  members: Member[];
  receipts: Receipt[];
  receipts_off: Id[];
}

/** Messages of a chat that is open. */
export interface Stretch {
  chat_id: Id;
  /** Forget what is held: these are the newest ones, without a gap. */
  reset: boolean;
  messages: Message[];
  head_seq: Seq;
  /** Nothing exists for us up to here. */
  cleared_seq: Seq;
}

/** A withdrawn one may have been posted: then it is deleted. */
export type Progress = "waiting" | "failed" | "withdrawn";

/** So many messages, and so much that is done to messages, may wait for the server. */
export const MOST_WAITING = 1000;

/** A message that the server has not confirmed yet. */
export interface Unsent {
  chat_id: Id;
  nonce: string;
  text: string;
  reply_to: Seq | null;
  mentions: Id[];
  mention_all: boolean;
  written_at: number;
  progress: Progress;
  /** Why it failed. */
  reason: Failure | null;
  /** It says something else than when it was first tried. */
  rewritten?: boolean;
}

/** What a message is to say. */
export type Said = Pick<EditMessage, "text" | "mentions" | "mention_all">;

/** What one did to a message, and the server has not confirmed yet. */
export interface Deed {
  id: string;
  command: EditMessage | DeleteMessage | AddReaction | RemoveReaction | PinMessage | UnpinMessage;
  /** As it was. */
  message: Message;
  at: Millis;
  /** The rev of the message once it was done; null as long as that is not known. */
  rev: Seq | null;
  /** Why it was refused: kept of an edit, lest what was written is lost. */
  reason?: Failure;
}

export type Standing = "signed_out" | "offline" | "connecting" | "syncing" | "live" | "turned_away";

export interface ConnectionRecord {
  standing: Standing;
  /** Since when there is no live connection; null while there is one. */
  down_since: number | null;
  /** The server told what there is, at least once. */
  ready: boolean;
  text_length: number;
  /** Milliseconds that the server's clock is ahead of ours. */
  ahead: number;
}

/** Somebody asks to be let into a group that one manages, or was not let in. Told in passing: it is not kept. */
export type JoinNews = JoinRequested | JoinDeclined;

/** What became different; what is left out did not. */
export interface Patch {
  /** Forget everything held before. */
  reset?: boolean;
  connection?: ConnectionRecord;
  me?: User | null;
  status?: ChosenStatus | null;
  people?: User[];
  presence?: Presence[];
  chats?: ChatRecord[];
  gone?: Id[];
  rosters?: Roster[];
  stretches?: Stretch[];
  unsent?: Unsent[];
  deeds?: Deed[];
  relations?: Relation[];
  /** To these one is nothing in particular any more. */
  unrelated?: Id[];
  settings?: Settings | null;
  warnings?: WarningNote[];
  joins?: JoinNews[];
  /** All that one has scheduled, the next one first. */
  scheduled?: Scheduled[];
}
