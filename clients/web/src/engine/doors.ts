import type {
  ClientCommand,
  History,
  Id,
  MessageHistory,
  Replies,
  RoutedCommand,
  Seq,
  SessionTokens,
} from "../protocol";
import type { Patch, Unsent } from "../state/records";
import type { Stored } from "./session";

/** What a tab may ask of the engine. */
export interface EngineDoor {
  /** The first thing said: who is kept as signed in, and what was not sent when an earlier engine ended. */
  attach(tab: Attached): void;
  signedIn(tokens: SessionTokens): void;
  /** What is kept as signed in was changed: by a tab that has another engine. */
  storedChanged(stored: Stored | null): void;
  signOut(): Promise<void>;

  call<C extends RoutedCommand>(command: C): Promise<Replies[C["type"]]>;
  page(command: MessageHistory): Promise<History>;

  send(message: Unsent): boolean;
  retry(nonce: string): void;
  discard(nonce: string): void;
  read(chatId: Id, seq: Seq): void;

  /** This chat is open in the tab: from now on it is told of its messages and members. */
  watch(chatId: Id): void;
  unwatch(chatId: Id): void;
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
}

/** What the engine may ask of a tab. */
export interface TabDoor {
  show(patch: Patch): void;
  readStored(): Stored | null;
  writeStored(stored: Stored | null): void;
}

export type Call = <C extends ClientCommand>(command: C) => Promise<Replies[C["type"]]>;
