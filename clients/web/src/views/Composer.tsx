import { ArrowUp, Check, X } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { Message } from "../protocol";
import type { ChatRecord } from "../state/records";
import { reaches } from "../state/roles";
import { call, engine, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, useTitle } from "../store/names";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";
import { IconButton } from "../ui/Button";
import { say } from "../ui/toasts";
import styles from "./Composer.module.css";
import type { Writing } from "./Conversation";
import { useDraft } from "./useDraft";

/** From so many characters left on they are counted. */
const COUNTED = 200;

interface Props {
  record: ChatRecord;
  writing: Writing;
  onWrite: (writing: Writing) => void;
}

/** Where one writes: a new message, an answer, or another text of one's own. */
export function Composer({ record, writing, onWrite }: Props) {
  const chatId = record.chat.id;
  const title = useTitle(record.chat);
  const limit = useValue(store.connection)?.text_length ?? 8000;
  const [text, setText] = useDraft(record, writing.kind === "edit");
  const box = useRef<HTMLTextAreaElement>(null);
  const left = limit - [...text].length;
  const mayWrite = useMayWrite(record);

  useGrowing(box, text);
  useEffect(() => {
    if (writing.kind === "edit") setText(writing.message.text);
    if (writing.kind !== "new") box.current?.focus();
  }, [writing, setText]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) box.current?.focus();
  }, []);

  function submit() {
    if (!text.trim() || left < 0) return;
    if (writing.kind === "edit") {
      edit(writing.message, text);
    } else {
      const reply_to = writing.kind === "reply" ? writing.message.seq : null;
      send(chatId, text, reply_to);
    }
    setText("");
    onWrite({ kind: "new" });
  }

  function cancel() {
    if (writing.kind === "edit") setText("");
    onWrite({ kind: "new" });
  }

  function editLast() {
    const last = lastOwn(chatId);
    if (last) onWrite({ kind: "edit", message: last });
    return last !== undefined;
  }

  if (!mayWrite) return null;
  return (
    <footer className={styles.composer}>
      {writing.kind !== "new" && <Bar writing={writing} onCancel={cancel} />}
      <div className={styles.box}>
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          aria-label={t("composer.label")}
          placeholder={t("composer.placeholder", { name: title })}
          value={text}
          onInput={event => {
            setText(event.currentTarget.value);
            if (event.currentTarget.value) void engine.typing(chatId);
          }}
          onKeyDown={event => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter" && !event.shiftKey) submit();
            else if (event.key === "Escape" && writing.kind !== "new") cancel();
            else if (event.key !== "ArrowUp" || text || !editLast()) return;
            event.preventDefault();
          }}
        />
        {left < COUNTED && (
          <span className={left < 0 ? styles.over : styles.left} role="status">
            {left < 0 ? t("composer.too_long", { count: -left }) : t("composer.left", { count: left })}
          </span>
        )}
        <IconButton
          className={styles.send}
          label={t(writing.kind === "edit" ? "composer.save" : "composer.send")}
          disabled={!text.trim() || left < 0}
          onClick={() => {
            submit();
            box.current?.focus();
          }}
        >
          {writing.kind === "edit" ? <Check size={18} strokeWidth={2.25} /> : <ArrowUp size={18} strokeWidth={2.25} />}
        </IconButton>
      </div>
    </footer>
  );
}

function Bar({ writing, onCancel }: { writing: Extract<Writing, { message: Message }>; onCancel: () => void }) {
  const { message } = writing;
  const name = useComputed(() => nameOf(message.author_id), [message]);
  const text = useComputed(() => inOneLine(message, nameOf), [message]);
  return (
    <div className={styles.bar}>
      <div>
        <b>{writing.kind === "edit" ? t("composer.editing") : t("composer.replying", { name })}</b>
        <p dir="auto">{text}</p>
      </div>
      <IconButton label={t("cancel")} onClick={onCancel}>
        <X size={17} />
      </IconButton>
    </div>
  );
}

function send(chatId: number, text: string, reply_to: number | null): void {
  engine
    .send({
      chat_id: chatId,
      nonce: crypto.randomUUID(),
      text,
      reply_to,
      mentions: [],
      mention_all: false,
      written_at: Date.now() + (store.connection.peek()?.ahead ?? 0),
      progress: "waiting",
      reason: null,
    })
    .catch(error => say(explain(error)));
}

function edit(message: Message, text: string): void {
  if (text === message.text) return;
  const { chat_id, seq, edits = 0, mentions = [], mentions_all = false } = message;
  call({ type: "message.edit", chat_id, seq, text, if_edits: edits, mentions, mention_all: mentions_all }).catch(
    error => say(explain(error)),
  );
}

function lastOwn(chatId: number): Message | undefined {
  const messages = store.window(chatId);
  const { first, last } = messages.range.peek();
  const me = store.me.peek()?.id;
  for (let seq = last; seq >= first; seq--) {
    const message = messages.peek(seq);
    if (message?.author_id === me && message?.kind === "text" && message.deleted_at == null) return message;
  }
  return undefined;
}

/** Grow with the text, up to what the style sheet allows. */
function useGrowing(box: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [box, text]);
}

function useMayWrite({ chat, mine }: ChatRecord): boolean {
  return chat.kind !== "group" || reaches(mine.role, chat.may_send);
}
