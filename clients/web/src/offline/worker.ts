/** The service worker: it has the app at hand when there is no network. A new version waits until it is wanted. */

import { answerFor, outdated, PAGE, type Wish } from "./rules";

/** Filled in by the build: the files of this version, with the digests of those whose names do not tell. */
declare const __FILES__: { version: string; files: [path: string, integrity?: string][] };

// What a service worker has beyond a page: the types of the two do not go together.
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}
const worker = globalThis as unknown as Worker;

const { version, files } = __FILES__;
const CACHE = `dialog-${version}`;

worker.addEventListener("install", event => event.waitUntil(keep()));
worker.addEventListener("activate", event => event.waitUntil(begin()));
worker.addEventListener("message", event => {
  if (event.data === ("take over" satisfies Wish)) void worker.skipWaiting();
});
worker.addEventListener("fetch", event => {
  const answer = answerFor(event.request, location.origin);
  if (answer === "page") event.respondWith(page(event.request));
  if (answer === "file") event.respondWith(file(event.request));
});

/** All files or none: a server that is being replaced may answer with those of another version. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(
    files.map(([path, integrity]) => new Request(path, integrity ? { integrity, cache: "no-store" } : {})),
  );
}

async function begin(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), CACHE).map(name => caches.delete(name)));
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  return (await caches.match(PAGE, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}

/** The name of a file changes with what is in it, so the one that is kept is the one that is meant. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
}
