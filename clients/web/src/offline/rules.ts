/** What the service worker keeps and how it answers. It keeps the app itself, and nothing that anybody wrote. */

/** What a version that waits may be told: that it is wanted now. */
export type Wish = "take over";

/** The app's page, which answers to every address of the app. */
export const PAGE = "/index.html";

/** Addresses that belong to the services. */
const SERVED = /^\/(api|ws|media|health|metrics)(\/|$)/;

/** How a request is answered: with the page, with a file of the app that is kept, or by the network alone. */
export function answerFor(request: Pick<Request, "method" | "mode" | "url">, origin: string): "page" | "file" | null {
  const { origin: theirs, pathname } = new URL(request.url);
  if (request.method !== "GET" || theirs !== origin || SERVED.test(pathname)) return null;
  if (pathname.startsWith("/assets/")) return "file";
  const isPlace = pathname.startsWith("/join/") || !pathname.slice(pathname.lastIndexOf("/")).includes(".");
  return request.mode === "navigate" && isPlace ? "page" : null;
}

/** Of the caches there are, in the order they were made, those that are of no use any more. */
export function outdated(caches: string[], current: string): string[] {
  // A tab of the version before may still live, when somebody did not let it reload.
  const others = caches.filter(name => name.startsWith("dialog-") && name !== current);
  return others.slice(0, -1);
}
