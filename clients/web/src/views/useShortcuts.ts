import { useLayoutEffect } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { panel } from "../store/panel";
import { go } from "../store/router";
import { followKeys, overlay, useShortcut } from "../store/shortcuts";

/** Follow the shortcuts that work everywhere. `open` is the chat that is shown. */
export function useShortcuts(open: Id | null): void {
  useLayoutEffect(followKeys, []);
  useShortcut("switch", () => {
    overlay.value = "switcher";
  });
  useShortcut("sheet", () => {
    overlay.value = "shortcuts";
  });
  useShortcut("settings", () => go({ name: "settings" }));
  useShortcut("search", () => openSearch(open));
  useShortcut("previous_chat", () => step(open, -1));
  useShortcut("next_chat", () => step(open, 1));
  useShortcut("previous_unread", () => step(open, -1, isUnread));
  useShortcut("next_unread", () => step(open, 1, isUnread));
  useShortcut("next_region", () => moveRegion(1));
  useShortcut("previous_region", () => moveRegion(-1));
  useShortcut("close", close);
}

function close(): boolean {
  const isOpen = panel.peek() !== null;
  panel.value = null;
  return isOpen;
}

/** Search in the chat that is open, else in all. Who searches already may search the page, as browsers do. */
function openSearch(chatId: Id | null): boolean {
  const shown = panel.peek();
  if (shown?.name !== "search" || shown.chatId !== chatId) {
    panel.value = { name: "search", chatId };
    return true;
  }
  const field = document.querySelector<HTMLElement>("[data-region=panel] input[type=search]");
  if (!field || field === document.activeElement) return false;
  field.focus();
  return true;
}

const isUnread = (chatId: Id) => {
  const mine = store.chats.peek(chatId)?.mine;
  return mine !== undefined && (mine.unread > 0 || (mine.prefs?.marked_unread ?? false));
};

const isListed = (chatId: Id) => !store.chats.peek(chatId)?.mine.prefs?.archived;

/** Open the next chat of the list that fits, in one direction. */
function step(open: Id | null, by: 1 | -1, fits: (chatId: Id) => boolean = () => true): void {
  const ids = store.order.peek().filter(id => id === open || isListed(id));
  const at = open === null ? -1 : ids.indexOf(open);
  const after = by > 0 ? ids.slice(at + 1) : ids.slice(0, Math.max(at, 0)).reverse();
  const chatId = after.find(fits);
  if (chatId !== undefined) go({ name: "chat", chatId });
}

const REGIONS = "nav, aside, main [role=log], main [data-region], main, [data-region=panel], [data-region=toasts]";
const STOPS = "a[href], button, input, select, textarea, [tabindex='0']";

/** Move the focus to the next part of the screen. */
function moveRegion(by: 1 | -1): void {
  const seen = [...document.querySelectorAll<HTMLElement>(REGIONS)].filter(
    region => region.checkVisibility() && stopIn(region),
  );
  const regions = seen.filter(region => region.localName !== "main" || !region.querySelector("[role=log]"));
  const at = regions.findIndex(region => region.contains(document.activeElement));
  const next = at < 0 ? 0 : (at + by + regions.length) % regions.length;
  stopIn(regions[next])?.focus();
}

/** What to focus in a region: itself, where one is in it, or what comes first. */
function stopIn(region: HTMLElement | undefined): HTMLElement | null | undefined {
  if (region?.matches("[tabindex='0']")) return region;
  return region?.querySelector<HTMLElement>("[aria-current], textarea") ?? region?.querySelector<HTMLElement>(STOPS);
}
