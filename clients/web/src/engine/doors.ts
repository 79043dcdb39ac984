import type {
  ClientCommand,
  Failure,
  History,
  Id,
  Message,
  MessageHistory,
  Replies,
  RoutedCommand,
  Seq,
  SessionTokens,
} from "../protocol";
import type { Deed, Patch, Said, Unsent } from "../state/records";
import type { Stored } from "./session";

/** What a tab may ask of the engine. */
export interface EngineDoor {
  /** The first thing said: who is kept as signed in, and what was not done when an earlier engine ended. */
  attach(tab: Attached): void;
  /** Somebody has signed in: to stay so, or (`brief`) until the browser is closed. */
  signedIn(tokens: SessionTokens, brief: boolean): void;
  /** What is kept as signed in was changed: by a tab that has another engine. */
  storedChanged(stored: Stored | null): void;
  signOut(): Promise<void>;

  call<C extends RoutedCommand>(command: C): Promise<Replies[C["type"]]>;
  page(command: MessageHistory): Promise<History>;
  /** The messages held of a chat, or of all. */
  held(chatId: Id | null): Message[];

  send(message: Unsent): boolean;
  retry(nonce: string): void;
  /** Another text for a message that was not posted, as far as is known. */
  rewrite(chatId: Id, nonce: string, said: Said): void;
  /** Such a message is not to be said. */
  discard(chatId: Id, nonce: string): void;
  /** Do something to a message: shown at once, and given when there is a connection. False when too much waits. */
  change(deed: Deed): boolean;
  /** What a refused edit was to say is not wanted any more. */
  dismiss(deedId: string): void;
  read(chatId: Id, seq: Seq): void;
  draft(chatId: Id, text: string): void;

  /** This chat is open in the tab: from now on it is told of its messages and members. */
  watch(chatId: Id): void;
  unwatch(chatId: Id): void;
  /** The tab shows the newest message of this chat, and does not know everybody in it. */
  meet(chatId: Id): void;
  touch(chatId: Id | null): void;
  blur(): void;
  typing(chatId: Id): void;
  /** The network may have come or gone, or the machine has slept. */
  wake(): void;
}

export interface Attached {
  /** Names the lock that the tab holds as long as it lives. */
  tab: string;
  device: string;
  stored: Stored | null;
  unsent: Unsent[];
  deeds: Deed[];
  /** It shows what an earlier engine knew, until this one knows as much. */
  shows: boolean;
}

/** What the engine may ask of a tab. */
export interface TabDoor {
  show(patch: Patch): void;
  /** Something was refused that was shown as done; what an edit was to say is kept in this chat. */
  refused(failure: Failure, keptIn: Id | null): void;
  readStored(): Stored | null;
  writeStored(stored: Stored | null): void;
}

export type Call = <C extends ClientCommand>(command: C) => Promise<Replies[C["type"]]>;
