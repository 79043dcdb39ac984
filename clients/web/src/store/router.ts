import { computed, signal } from "@preact/signals-core";

/** Where in the app one is. A screen has its place here. */
export type Route =
  | { name: "chats" }
  | { name: "chat"; chatId: number }
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
  const [first = "", second = ""] = text.split("/").slice(1);
  switch (first) {
    case "c":
      return /^\d{1,16}$/.test(second) ? { name: "chat", chatId: Number(second) } : { name: "chats" };
    case "join":
      return { name: "join", token: second };
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

export function pathOf(to: Route): string {
  switch (to.name) {
    case "chats":
      return "/";
    case "chat":
      return `/c/${to.chatId}`;
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
  history[replace ? "replaceState" : "pushState"](null, "", next);
  path.value = next;
}

export function followHistory(): void {
  addEventListener("popstate", () => {
    path.value = location.pathname;
  });
}
