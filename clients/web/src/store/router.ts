import { computed, signal } from "@preact/signals-core";

/** Where in the app one is. A screen has its place here. */
export type Route =
  | { name: "chats" }
  | { name: "chat"; chatId: number; seq?: number }
  | { name: "join"; token: string }
  | { name: "friends" }
  | { name: "settings" }
  | { name: "sign-in" }
  | { name: "register" }
  | { name: "recover" }
  | { name: "privacy" };

const path = signal(typeof location === "undefined" ? "/" : location.pathname);

export const route = computed(() => parse(path.value));

export function parse(text: string): Route {
  const [first = "", second = "", third, fourth = ""] = text.split("/").slice(1);
  switch (first) {
    case "c":
      if (!isNumber(second)) return { name: "chats" };
      if (third !== "m" || !isNumber(fourth)) return { name: "chat", chatId: Number(second) };
      return { name: "chat", chatId: Number(second), seq: Number(fourth) };
    case "join":
      return second ? { name: "join", token: second } : { name: "chats" };
    case "sign-in":
    case "register":
    case "recover":
    case "privacy":
    case "friends":
    case "settings":
      return { name: first };
    default:
      return { name: "chats" };
  }
}

/** It may be the number of a chat or a message. */
function isNumber(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text));
}

/** What another address of this app leads to, where it is of a chat or invites to one; null for everything else. */
export function routeOf(url: string): Route | null {
  const { origin, pathname } = URL.canParse(url) ? new URL(url) : { origin: "", pathname: "" };
  if (origin !== location.origin) return null;
  const to = parse(pathname);
  return to.name === "chat" || to.name === "join" ? to : null;
}

export function pathOf(to: Route): string {
  switch (to.name) {
    case "chats":
      return "/";
    case "chat":
      return `/c/${to.chatId}${to.seq === undefined ? "" : `/m/${to.seq}`}`;
    case "join":
      return `/join/${to.token}`;
    default:
      return `/${to.name}`;
  }
}

/** Go there; `replace` leaves no way back to where one is. */
export function go(to: Route, { replace = false } = {}): void {
  const next = pathOf(to);
  if (next === path.peek()) return;
  if (replace) history.replaceState(history.state, "", next);
  else history.pushState({ from: path.peek() } satisfies Step, "", next);
  path.value = next;
}

/** What the browser's history keeps of a step: where it was made from. */
interface Step {
  from: string;
}

/** Where the step that led here was made from; the chats when it was made elsewhere. */
export function cameFrom(): Route {
  return parse((history.state as Step | null)?.from ?? "/");
}

/** Go back there, so that the browser's own way back does not lead here again. */
export function goBack(to: Route): void {
  if ((history.state as Step | null)?.from === pathOf(to)) history.back();
  else go(to, { replace: true });
}

/**
 * Something lies over a screen: the browser's own way back leads from it, and calls `onBack`. Returns what is to be called
 * when it goes otherwise.
 */
export function layOver(onBack: () => void): () => void {
  history.pushState({ ...(history.state as Step | null), isOver: true }, "");
  const gone = new AbortController();
  addEventListener("popstate", onBack, { signal: gone.signal });
  return () => {
    gone.abort();
    if ((history.state as { isOver?: true } | null)?.isOver) history.back();
  };
}

export function followHistory(): void {
  addEventListener("popstate", () => {
    path.value = location.pathname;
  });
}
