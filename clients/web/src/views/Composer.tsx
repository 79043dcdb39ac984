import { ArrowUp, CalendarClock, Check, Smile, X } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Id, Message } from "../protocol";
import type { ChatRecord, Unsent } from "../state/records";
import { may } from "../state/roles";
import { engine, send, store } from "../store/app";
import { hasKeys } from "../store/device";
import { useComputed, useValue } from "../store/hooks";
import { jump } from "../store/jump";
import { nameOf, useTitle } from "../store/names";
import { preferences } from "../store/preferences";
import { useShortcut } from "../store/shortcuts";
import { composing } from "../store/updates";
import { windowOf } from "../store/windows";
import { type TakenBack, takenBack, type Writing } from "../store/writing";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { calledIn, type Named, toSend, toType } from "../text/mentions";
import { inOneLine } from "../text/plain";
import { asLink } from "../text/typing";
import { IconButton } from "../ui/Button";
import { insert } from "../ui/insert";
import { lazily } from "../ui/lazily";
import { below, type Place } from "../ui/Menu";
import { say } from "../ui/toasts";
import styles from "./Composer.module.css";
import { asMessage, edit } from "./deeds";
import { namedBy, namedIn } from "./mentionable";
import { Suggestions } from "./Suggestions";
import { asksForMenu } from "./touch";
import { useDraft } from "./useDraft";
import { closeEmoji, useSuggestions } from "./useSuggestions";

const EmojiPicker = lazily(() => import("./EmojiPicker"));
const SendLater = lazily(() => import("./SendLater"));

/** From so many characters left on they are counted. */
const COUNTED = 200;
/** So many times too long a text may become, to be shortened; what is pasted beyond that is left out. */
const TOO_LONG = 4;

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
  const { enter } = useValue(preferences);
  const named = useNamed(record, writing);
  const [draft, setDraft] = useDraft(record);
  const [before] = useState(writing);
  const [edited, setEdited] = useState("");
  const [text, setText] = writing.kind === "edit" ? [edited, setEdited] : [draft, setDraft];
  const sent = useMemo(() => toSend(text, named), [text, named]);
  const left = limit - [...sent].length;
  const box = useRef<HTMLTextAreaElement>(null);
  const suggest = useSuggestions(record, text, box);
  const [later, setLater] = useState(false);

  useBegun(chatId, writing, sent, onWrite);
  useGrowing(box, text);
  useEffect(() => {
    composing.value = text !== "";
    return () => {
      composing.value = false;
    };
  }, [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: people may come and go while one writes
  useLayoutEffect(() => {
    if (writing.kind === "edit") setEdited(toType(writing.text ?? writing.message.text, named));
    if (writing !== before && writing.kind !== "new") box.current?.focus();
  }, [writing]);
  useEffect(() => {
    if (hasKeys()) box.current?.focus();
  }, []);
  useTakenBack(chatId, ({ text: back, reply }) => {
    const typed = toType(back, namedBy(back, named));
    setDraft(draft.trim() ? `${draft}\n${typed}` : typed);
    onWrite(reply ? { kind: "reply", message: reply } : { kind: "new" });
    box.current?.focus();
  });

  const isReady = text.trim() !== "" && left >= 0;
  const isNew = writing.kind !== "edit";
  const reply_to = writing.kind === "reply" ? writing.message.seq : null;

  function submit() {
    if (!isReady) return;
    if (store.isFull) return say(t("composer.full"));
    if (writing.kind === "edit") {
      edit(writing.message, { text: sent, ...calledIn(sent) });
    } else {
      post(chatId, sent, reply_to);
      setDraft("");
    }
    onWrite({ kind: "new" });
  }

  function askWhen() {
    if (isReady && isNew) setLater(true);
  }

  // What one pressed for it goes, or can be pressed no more.
  const wasScheduled = useRef(false);
  useLayoutEffect(() => {
    if (later || !wasScheduled.current) return;
    wasScheduled.current = false;
    box.current?.focus();
  }, [later]);

  useShortcut("cancel", () => writing.kind !== "new" && onWrite({ kind: "new" }));

  function editLast() {
    const last = lastOwn(chatId);
    if (last) onWrite({ kind: "edit", message: last });
    return last !== undefined;
  }

  /** What a key does, if it is not just written. */
  function press({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (!shiftKey && !ctrlKey && !metaKey && !altKey && suggest.take(key)) return true;
    if (key === "Enter" && shiftKey && (ctrlKey || metaKey)) askWhen();
    else if (key === "Enter" && (ctrlKey || metaKey || shiftKey === (enter === "newline"))) submit();
    else if (key === "Escape" && writing.kind !== "new") onWrite({ kind: "new" });
    else return key === "ArrowUp" && !text && editLast();
    return true;
  }

  if (!may(record, "may_send")) {
    const who = record.chat.may_send === "owner" ? "composer.owner_only" : "composer.admins_only";
    return <p className={styles.closed}>{t(who)}</p>;
  }
  const list = suggest.suggestions.length > 0;
  return (
    <footer className={styles.composer} data-region="composer">
      {writing.kind !== "new" && <Bar writing={writing} onCancel={() => onWrite({ kind: "new" })} />}
      <div className={styles.box}>
        {list && (
          <Suggestions
            id={suggest.id}
            label={t(suggest.sign === "@" ? "composer.people" : "emoji.title")}
            suggestions={suggest.suggestions}
            at={suggest.at}
            onPick={suggest.pick}
          />
        )}
        <textarea
          ref={box}
          rows={1}
          dir={text ? "auto" : undefined}
          aria-label={t("composer.label")}
          placeholder={t("composer.placeholder", { name: title })}
          aria-autocomplete="list"
          aria-controls={list ? suggest.id : undefined}
          aria-activedescendant={list ? `${suggest.id}-${suggest.at}` : undefined}
          enterKeyHint={enter === "send" ? "send" : "enter"}
          maxLength={limit * TOO_LONG}
          value={text}
          onInput={event => {
            setText(event.currentTarget.value);
            suggest.look();
            if (event.currentTarget.value && writing.kind !== "edit") void engine.typing(chatId);
            if ((event as unknown as InputEvent).data === ":") closeEmoji(event.currentTarget).catch(() => {});
          }}
          onKeyDown={event => {
            // Also what ends a composition is not meant for us.
            if (event.nativeEvent.isComposing || event.keyCode === 229) return;
            if (press(event.nativeEvent)) event.preventDefault();
          }}
          onKeyUp={suggest.look}
          onPointerUp={suggest.look}
          onBlur={suggest.leave}
          onPaste={event => pasteLink(event.currentTarget, event.clipboardData) && event.preventDefault()}
        />
        {left < COUNTED && (
          <span className={left < 0 ? styles.over : styles.left} role="status">
            {left < 0 ? t("composer.too_long", { count: -left }) : t("composer.left", { count: left })}
          </span>
        )}
        {isReady && isNew && (
          <IconButton className={styles.tool} label={t("later.schedule")} aria-haspopup="dialog" onClick={askWhen}>
            <CalendarClock size={20} strokeWidth={1.75} />
          </IconButton>
        )}
        <EmojiButton box={box} />
        <IconButton
          className={styles.send}
          label={t(isNew ? "composer.send" : "composer.save")}
          disabled={!isReady}
          {...asksForMenu(askWhen)}
          onClick={() => {
            submit();
            box.current?.focus();
          }}
        >
          {isNew ? <ArrowUp size={18} strokeWidth={2.25} /> : <Check size={18} strokeWidth={2.25} />}
        </IconButton>
      </div>
      {later && (
        <SendLater
          message={{ chat_id: chatId, text: sent, reply_to, ...calledIn(sent) }}
          onDone={() => {
            setLater(false);
            setDraft("");
            onWrite({ kind: "new" });
            wasScheduled.current = true;
          }}
          onClose={() => setLater(false)}
        />
      )}
    </footer>
  );
}

function EmojiButton({ box }: { box: RefObject<HTMLTextAreaElement | null> }) {
  const [open, setOpen] = useState<Place | null>(null);
  return (
    <>
      <IconButton
        className={styles.tool}
        label={t("emoji.title")}
        aria-haspopup="dialog"
        onClick={event => setOpen(below(event.currentTarget))}
      >
        <Smile size={20} strokeWidth={1.75} />
      </IconButton>
      {open && (
        <EmojiPicker
          at={open}
          onPick={emoji => box.current && insert(box.current, emoji)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Bar({ writing, onCancel }: { writing: Extract<Writing, { message: Message }>; onCancel: () => void }) {
  const { message } = writing;
  const name = useComputed(() => nameOf(message.author_id), [message]);
  // As it is now: it may be gone meanwhile.
  const text = useComputed(() => inOneLine(windowOf(message.chat_id).quote(message.seq) ?? message, nameOf), [message]);
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

/** Whoever leaves with an answer or an edit begun, and comes back, goes on with it. */
function useBegun(chatId: Id, writing: Writing, text: string, onWrite: (writing: Writing) => void): void {
  const begun = useRef(writing);
  begun.current = writing.kind === "edit" ? { ...writing, text } : writing;
  useLayoutEffect(() => {
    store.begun.delete(chatId);
    return () => {
      if (begun.current.kind === "new") return;
      store.begun.set(chatId, begun.current);
      onWrite(begun.current); // where only the composer goes, while messages are selected
    };
  }, [chatId, onWrite]);
}

/** What one scheduled and took back is written on here. */
function useTakenBack(chatId: Id, take: (taken: TakenBack) => void): void {
  const taken = useValue(takenBack);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is taken once
  useEffect(() => {
    if (taken?.chatId !== chatId) return;
    takenBack.value = null;
    take(taken);
  }, [taken, chatId]);
}

/** Whom one can mention; of a message that is edited, also those who were mentioned before. */
function useNamed(record: ChatRecord, writing: Writing): Named {
  const named = useComputed(() => namedIn(record), [record]);
  return useMemo(() => {
    if (writing.kind !== "edit") return named;
    return namedBy(writing.text ?? "", namedBy(writing.message.text, named));
  }, [named, writing]);
}

/** An address that is pasted over words makes them a link. */
function pasteLink(box: HTMLTextAreaElement, pasted: DataTransfer): boolean {
  const words = box.value.slice(box.selectionStart, box.selectionEnd);
  const link = asLink(words, pasted.getData("text/plain"));
  if (link) insert(box, link);
  return link !== null;
}

function post(chatId: number, text: string, reply_to: number | null): void {
  const message: Unsent = {
    chat_id: chatId,
    nonce: crypto.randomUUID(),
    text,
    reply_to,
    ...calledIn(text),
    written_at: store.serverTime(),
    progress: "waiting",
    reason: null,
  };
  send(message).catch(error => say(explain(error)));
  jump.value = { chatId, end: true }; // whoever says something sees it
}

/** What one said last here: what waits comes after all that was posted, even if nobody has told of it yet. */
function lastOwn(chatId: number): Message | undefined {
  const posted = [...ownPosted(chatId)];
  const heardOf = new Set([...posted, ...store.unsent.peek()].map(one => one.nonce));
  const given = [...store.given.values()].filter(one => !heardOf.has(one.nonce));
  const unsent = [...store.unsent.peek(), ...given].findLast(one => one.chat_id === chatId);
  if (unsent) return asMessage(unsent);
  return posted.find(message => message.kind === "text" && message.deleted_at == null);
}

/** One's own messages among those that are shown, the newest first. */
function* ownPosted(chatId: number): Generator<Message> {
  const messages = windowOf(chatId);
  const { first, last } = messages.range.peek();
  const me = store.me.peek()?.id;
  for (let seq = last; seq >= first; seq--) {
    const message = messages.peek(seq);
    if (message?.author_id === me) yield message!;
  }
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
