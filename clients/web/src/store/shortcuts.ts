import { signal } from "@preact/signals-core";
import { useLayoutEffect } from "react";

/**
 * The keys that do something, by where they do it. `Mod` is Ctrl, or Cmd on a Mac. Of several that a key may do the
 * first one is done for which there is an occasion.
 */
export const SHORTCUTS = {
  everywhere: {
    switch: ["Mod+K"],
    search: ["Mod+F"],
    previous_chat: ["Alt+ArrowUp"],
    next_chat: ["Alt+ArrowDown"],
    previous_unread: ["Alt+Shift+ArrowUp"],
    next_unread: ["Alt+Shift+ArrowDown"],
    next_region: ["F6"],
    previous_region: ["Shift+F6"],
    settings: ["Mod+,"],
    sheet: ["Mod+/"],
    close: ["Escape"],
    cancel: ["Escape"],
    back: ["Alt+ArrowLeft", "Escape"],
    to_end: ["Escape"],
  },
  messages: {
    move: ["ArrowUp", "ArrowDown"],
    page: ["PageUp", "PageDown"],
    ends: ["Home", "End"],
    menu: ["Enter"],
    reply: ["R"],
    edit: ["E"],
    react: ["Shift+R"],
    copy: ["C"],
    delete: ["Delete"],
  },
  writing: {
    send: ["Mod+Enter"],
    send_later: ["Mod+Shift+Enter"],
    edit_last: ["ArrowUp"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

type Place = keyof typeof SHORTCUTS;
type Action<P extends Place> = Extract<keyof (typeof SHORTCUTS)[P], string>;
export type MessageAction = Action<"messages">;

/** What is done; false when there was nothing to do. */
type Work = () => unknown;

const works = new Map<Action<"everywhere">, Work>();

/** What is laid over the app. */
export const overlay = signal<"switcher" | "shortcuts" | "new_chat" | "sign_out" | null>(null);

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

type Pressed = Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">;

/** The actions that the pressed keys stand for. */
export function actionsFor<P extends Place>(place: P, event: Pressed): Action<P>[] {
  const pressed = combination(event);
  const rows = Object.entries<readonly string[]>(SHORTCUTS[place]);
  return rows.filter(([, keys]) => keys.includes(pressed)).map(([action]) => action as Action<P>);
}

/** Whether somebody who speaks to their computer may press this by just saying a word. */
export function isLetter(event: Pressed): boolean {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
}

function combination(event: Pressed): string {
  const key = keyOf(event);
  // Where a sign stands on the keyboard, and whether it takes Shift, depends on the language.
  const withShift = event.shiftKey && (key.length > 1 || /\p{L}/u.test(key));
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return [mod && "Mod", other && "Other", event.altKey && "Alt", withShift && "Shift", key].filter(Boolean).join("+");
}

/** The key by its Latin letter, also where it writes another one. */
function keyOf({ key, code }: Pressed): string {
  if (key.length > 1) return key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (/[a-z]/i.test(key) || !letter) return key.toUpperCase();
  return letter;
}

/** Do this at a shortcut, as long as the caller is shown. */
export function useShortcut(action: Action<"everywhere">, work: Work): void {
  useLayoutEffect(() => {
    works.set(action, work);
    return () => {
      if (works.get(action) === work) works.delete(action);
    };
  });
}

function take(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const isDone = (work: Work | undefined) => work !== undefined && work() !== false;
  if (!actionsFor("everywhere", event).some(action => isDone(works.get(action)))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Listen to the keys. Returns what ends that. */
export function followKeys(): () => void {
  const end = new AbortController();
  const { signal } = end;
  // Before those who write: to them Alt+Up would be Up.
  const first = (event: KeyboardEvent) => {
    if (event.key !== "Escape" && !document.querySelector("dialog:modal")) take(event);
  };
  // After those who know better what there is to close.
  const last = (event: KeyboardEvent) => {
    const closesItself = event.target instanceof HTMLInputElement || document.querySelector(":modal, :popover-open");
    if (event.key === "Escape" && !closesItself) take(event);
  };
  addEventListener("keydown", first, { capture: true, signal });
  addEventListener("keydown", last, { signal });
  return () => end.abort();
}
