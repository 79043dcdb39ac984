import { useCallback, useEffect, useRef, useState } from "react";
import type { ChatRecord } from "../state/records";
import { insist } from "../store/app";

/** Typing has paused for so long: keep it for the other devices. */
const PAUSE = 300;

/** The message that is begun in a chat, kept for all devices of the person. */
export function useDraft({ chat: { id: chatId }, mine: { prefs } }: ChatRecord): [string, (text: string) => void] {
  const draft = prefs?.draft ?? "";
  const [text, setText] = useState(draft);
  const last = useRef(draft);
  /** What was told from here and did not come back yet. Of several, the server may have heard only the newest. */
  const told = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** What stands there, whether it was rendered yet or not. */
  const current = useRef(draft);
  const show = useCallback((next: string) => {
    current.current = next;
    setText(next);
  }, []);

  // Another device has written on, and this one is not being written on. What comes back of ours is no news, nor is
  // what was there already, whatever else of the chat has changed before ours is heard.
  useEffect(() => {
    const ours = told.current.lastIndexOf(draft);
    if (ours >= 0) told.current.splice(0, ours + 1);
    if (draft === last.current || (ours >= 0 && told.current.length > 0)) return;
    last.current = draft;
    if (timer.current === undefined) show(draft);
  }, [draft, show]);

  const keep = useCallback(
    (next: string) => {
      if (next === last.current) return;
      last.current = next;
      told.current.push(next);
      insist(to => to.draft(chatId, next)).catch(() => {}); // one is signed out
    },
    [chatId],
  );

  const flush = useCallback(() => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    keep(current.current);
  }, [keep]);

  // Whoever goes to another chat or another app may not come back to this one.
  useEffect(() => {
    document.addEventListener("visibilitychange", flush);
    return () => {
      document.removeEventListener("visibilitychange", flush);
      flush();
    };
  }, [flush]);

  const write = useCallback(
    (next: string) => {
      show(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, next ? PAUSE : 0);
    },
    [show, flush],
  );
  return [text, write];
}
