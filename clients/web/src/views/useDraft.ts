import { useCallback, useEffect, useRef, useState } from "react";
import type { ChatRecord } from "../state/records";
import { call } from "../store/app";

/** Typing has paused for so long: keep it for the other devices. */
const PAUSE = 300;

/** The text that is begun in a chat: kept for all devices of the person, unless it is an edit. */
export function useDraft(record: ChatRecord, editing: boolean): [string, (text: string) => void] {
  const chatId = record.chat.id;
  const kept = record.mine.prefs?.draft ?? "";
  const [text, setText] = useState(kept);
  const last = useRef(kept);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const keep = useCallback(
    (draft: string) => {
      if (draft === last.current) return;
      last.current = draft;
      call({ type: "draft.set", chat_id: chatId, text: draft }).catch(() => {}); // the next one comes soon
    },
    [chatId],
  );

  // Another device has written on, and this one is not being written on.
  useEffect(() => {
    if (kept === last.current) return;
    last.current = kept;
    if (!editing && timer.current === undefined) setText(kept);
  }, [kept, editing]);

  const current = useRef(text);
  current.current = text;
  const isEdit = useRef(editing);
  isEdit.current = editing;
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      if (!isEdit.current) keep(current.current);
    },
    [keep],
  );

  const write = useCallback(
    (next: string) => {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () => {
          timer.current = undefined;
          if (!isEdit.current) keep(next);
        },
        next ? PAUSE : 0,
      );
    },
    [keep],
  );
  return [text, write];
}
