/** What the tab has: the engine to ask, and the store that shows what is there. */

import type { EngineDoor, TabDoor } from "../engine/doors";
import { link, type Pipe, type Remote } from "../engine/link";
import workerUrl from "../engine/worker?sharedworker&url";
import type { Id, Replies, RoutedCommand } from "../protocol";
import { deviceName } from "./device";
import { Store } from "./store";
import { trustedScript } from "./trusted";
import { onStoredChange, readStored, writeStored } from "./vault";

const tab = `dialog-tab-${crypto.randomUUID()}`;

export const store: Store = new Store(command => engine.page(command));

const door: TabDoor = { show: patch => store.apply(patch), readStored, writeStored };
const watched = new Set<Id>();

/** The engine, wherever it runs: in a SharedWorker, or in the tab that leads. */
export let engine: Remote<EngineDoor>;

/** Join the engine. To be called once. */
export async function start(): Promise<void> {
  await holdLock();
  if ("SharedWorker" in globalThis) joinWorker();
  else await joinLeader();
  onStoredChange(stored => void engine.storedChanged(stored));
  for (const name of ["online", "offline", "pageshow"]) addEventListener(name, () => void engine.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void engine.wake();
  });
  addEventListener("beforeunload", event => {
    if (store.unsent.peek().some(message => message.progress === "waiting")) event.preventDefault();
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
  const { leadWhenNeeded, pipeToLeader } = await import("../engine/leader");
  const pipe = pipeToLeader(tab, () => join(pipe));
  join(pipe);
  leadWhenNeeded();
}

function join(pipe: Pipe): void {
  engine = link<EngineDoor>(pipe, door);
  const unsent = store.unsent.peek();
  void engine.attach({ tab, device: deviceName(navigator.userAgent), stored: readStored(), unsent });
  for (const chatId of watched) void engine.watch(chatId);
}

/** Give a command. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
export function call<C extends RoutedCommand>(command: C): Promise<Replies[C["type"]]> {
  return engine.call(command) as Promise<Replies[C["type"]]>;
}

/** Show a chat's messages from now on. Returns what ends that. */
export function watch(chatId: Id): () => void {
  watched.add(chatId);
  void engine.watch(chatId);
  return () => {
    watched.delete(chatId);
    void engine.unwatch(chatId);
    store.forgetWindow(chatId);
  };
}

/** Show the newest messages of a chat again. */
export function rewatch(chatId: Id): void {
  void engine.watch(chatId);
}
