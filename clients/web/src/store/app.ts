/** What the tab has: the engine to ask, and the store that shows what is there. */

import type { EngineDoor, TabDoor } from "../engine/doors";
import { link, type Pipe, type Remote } from "../engine/link";
import workerUrl from "../engine/worker?sharedworker&url";
import type { Id, Replies, RoutedCommand } from "../protocol";
import type { Unsent } from "../state/records";
import { explainFailure } from "../text/failures";
import { say } from "../ui/toasts";
import { deviceName } from "./device";
import { keepTime } from "./now";
import { Store } from "./store";
import { trustedScript } from "./trusted";
import { onStoredChange, readStored, writeStored } from "./vault";

const tab = `dialog-tab-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;

export const store: Store = new Store();

const door: TabDoor = {
  show: patch => store.apply(patch),
  refused: (failure, keptIn) => {
    if (keptIn === null || !watched.has(keptIn)) say(explainFailure(failure));
  },
  readStored,
  writeStored,
};
/** The chats whose messages are shown. */
export const watched = new Set<Id>();

/** The engine, wherever it runs: in a SharedWorker, or in the tab that leads. */
export let engine: Remote<EngineDoor>;

/** Join the engine. To be called once. */
export async function start(): Promise<void> {
  await holdLock();
  if ("SharedWorker" in globalThis) joinWorker();
  else await joinLeader();
  keepTime();
  onStoredChange(stored => void engine.storedChanged(stored));
  for (const name of ["online", "offline", "pageshow"]) addEventListener(name, () => void engine.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void engine.wake();
  });
  addEventListener("beforeunload", event => {
    if (store.waits.peek()) event.preventDefault();
  });
}

/** Held until this tab is gone, whichever way: the engine waits for it, so it must be ours before we speak. */
function holdLock(): Promise<void> {
  return new Promise(held => {
    void navigator.locks.request(tab, () => {
      held();
      return new Promise(() => {});
    });
  });
}

function joinWorker(): void {
  const { port } = new SharedWorker(trustedScript(workerUrl), { type: "module", name: "dialog" });
  join({
    post: message => port.postMessage(message),
    listen: take => {
      port.onmessage = message => take(message.data);
    },
  });
}

async function joinLeader(): Promise<void> {
  const { Candidate } = await import("../engine/leader");
  let left = new AbortController();
  await new Promise<void>(joined => {
    new Candidate(tab, pipe => {
      left.abort();
      left = new AbortController();
      join(pipe, left.signal);
      joined();
    });
  });
}

function join(pipe: Pipe, left?: AbortSignal): void {
  engine = link<EngineDoor>(pipe, door, left);
  const outbox = store.outbox.peek();
  const lost = [...store.given.values()].filter(message => !outbox.some(known => known.nonce === message.nonce));
  const shown = { unsent: [...outbox, ...lost], deeds: store.deeds.peek(), shows: store.me.peek() !== null };
  void engine.attach({ tab, device: deviceName(navigator.userAgent), stored: readStored(), ...shown });
  for (const chatId of watched) void engine.watch(chatId);
}

/** Milliseconds after which an engine has told of what it was given. */
const TOLD = 5000;

/** Send a message. Should the engine end now, the next one gets it as well: sent twice, it is still one. */
export function send(message: Unsent): Promise<boolean> {
  store.given.set(message.nonce, message);
  setTimeout(() => store.given.delete(message.nonce), TOLD);
  return insist(to => to.send(message));
}

/** Give up a message that is not sent. */
export function discard({ chat_id, nonce }: Pick<Unsent, "chat_id" | "nonce">): Promise<unknown> {
  store.given.delete(nonce);
  return engine.discard(chat_id, nonce);
}

/** Ask for what may be asked twice: when another engine takes over before the answer, it is asked again. */
export async function insist<T>(ask: (of: Remote<EngineDoor>) => Promise<T>): Promise<T> {
  const asked = engine;
  try {
    return await ask(asked);
  } catch (error) {
    if (engine === asked) throw error;
    return insist(ask);
  }
}

/** Give a command. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
export function call<C extends RoutedCommand>(command: C): Promise<Replies[C["type"]]> {
  return engine.call(command) as Promise<Replies[C["type"]]>;
}
