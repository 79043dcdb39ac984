/** Newer versions of the app: looked for and told of, but taken only when somebody says so. */

import { effect, signal } from "@preact/signals-core";
import type { Wish } from "../offline/rules";
import { store } from "./app";
import { trustedScript } from "./trusted";

const WORKER = "/sw.js";
const TAKE_OVER: Wish = "take over";

/** A long-lived tab looks for a newer version at most so often. */
const LOOK_EVERY = 10 * 60_000;

/** A newer version is installed, and waits. */
export const updateReady = signal(false);

/** Somebody wants it; it is loaded as soon as everything is sent. */
export const takingUpdate = signal(false);

/** Something is begun in the composer. */
export const composing = signal(false);

let registration: ServiceWorkerRegistration | undefined;
let looked = Date.now();

/** Keep a copy of the app in this browser, and look out for newer ones. Called once, when the first screen is there. */
export function followUpdates(): void {
  if (!import.meta.env.PROD || !navigator.serviceWorker) return;
  let versioned = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // All tabs hear this: they change to the new version together, and the old one's engine ends with the last.
    if (versioned) location.reload();
    versioned = true;
  });
  if (document.readyState === "complete") void register();
  else addEventListener("load", () => void register(), { once: true });
}

async function register(): Promise<void> {
  const found = await navigator.serviceWorker
    .register(trustedScript(WORKER), { updateViaCache: "none" })
    .catch(() => undefined); // not to be had in private windows of some browsers; the app does without
  if (!found) return;
  registration = found;
  const tell = () => {
    updateReady.value = found.waiting !== null && found.active !== null;
  };
  found.addEventListener("updatefound", () => found.installing?.addEventListener("statechange", tell));
  tell();
  document.addEventListener("visibilitychange", look);
  // A gateway that was replaced has perhaps brought a new version.
  effect(() => {
    if (store.connection.value?.standing === "live") look();
  });
}

function look(): void {
  if (document.visibilityState !== "visible" || Date.now() - looked < LOOK_EVERY) return;
  looked = Date.now();
  registration?.update().catch(() => {}); // offline; there will be another occasion
}

/** Load the version that waits, in all tabs, once everything that was written is sent. */
export function takeUpdate(): void {
  if (takingUpdate.peek()) return;
  takingUpdate.value = true;
  const stop = effect(() => {
    if (store.waits.value) return;
    registration?.waiting?.postMessage(TAKE_OVER);
    queueMicrotask(() => stop());
  });
}

/** Load the app anew, in the newest version there is: this one is too old for the server. */
export async function reloadNewest(): Promise<void> {
  await registration?.update().catch(() => {});
  const newer = registration?.installing ?? registration?.waiting;
  if (!newer) return location.reload();
  newer.addEventListener("statechange", () => newer.state === "redundant" && location.reload());
  newer.postMessage(TAKE_OVER);
}
