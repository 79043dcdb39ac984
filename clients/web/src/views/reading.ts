import { useEffect, useRef } from "react";
import type { Id, Seq } from "../protocol";
import { HIDDEN, SYSTEM } from "../state/unread";
import type { Chat, Mine } from "../state/whole";
import { engine } from "../store/app";
import type { MessageWindow } from "../store/window";

/** What was unread when one came: it stays marked for the visit. */
export interface Visit {
  readSeq: Seq;
  unread: number;
  /** The first message that was unread, once that is known. */
  first: Seq | null;
}

/** A visit begins when something of the chat is there. */
export function useVisit(mine: Mine, loaded: boolean): Visit {
  const visit = useRef<Visit>({ readSeq: 0, unread: 0, first: null });
  if (!loaded) visit.current = { readSeq: Math.max(mine.read_seq, mine.cleared_seq), unread: mine.unread, first: null };
  return visit.current;
}

/** The first message that others said after `readSeq`, if it is shown. */
export function firstUnread(messages: MessageWindow, readSeq: Seq, me: Id): Seq | null {
  const { first, last } = messages.range.peek();
  if (first > readSeq + 1 && !messages.atStart) return null;
  for (let seq = Math.max(first, readSeq + 1); seq <= last; seq++) {
    const message = messages.peek(seq);
    if (!message || message.author_id === me || message.deleted_at != null) continue;
    if (message.kind !== HIDDEN && message.kind !== SYSTEM) return seq;
  }
  return null;
}

/** What one has had in front of one's eyes, up to the message `seen`, is read. */
export function useReading(chat: Chat, mine: Mine, seen: Seq): void {
  const marked = mine.prefs?.marked_unread ?? false;
  const upTo = Math.max(seen, mine.read_seq);
  const behind = upTo > mine.read_seq && mine.unread > 0;
  useEffect(() => {
    if (!seen || !(behind || marked)) return;
    const look = () => {
      if (document.visibilityState === "visible" && document.hasFocus()) void engine.read(chat.id, upTo);
    };
    look();
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [chat.id, seen, upTo, behind, marked]);
}
