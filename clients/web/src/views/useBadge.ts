import { useEffect } from "react";
import { store } from "../store/app";

/** Tell on the browser's tab in how many chats something is unread. */
export function useBadge(): void {
  useEffect(() => {
    const end = store.unread.subscribe(show);
    return () => {
      end();
      show(0);
    };
  }, []);
}

function show(count: number): void {
  document.title = count ? `(${count}) Dialog` : "Dialog";
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]")!;
  const shown = count ? "/icon-unread.svg" : "/icon.svg";
  if (icon.getAttribute("href") !== shown) icon.href = shown;
}
