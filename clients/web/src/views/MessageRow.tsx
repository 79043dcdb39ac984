import type { ReadonlySignal } from "@preact/signals-core";
import { Pin, Reply, Timer } from "lucide-react";
import { memo, type ReactNode, useRef, useState } from "react";
import type { Id, Message, Seq } from "../protocol";
import { reachOf } from "../state/receipts";
import { SYSTEM } from "../state/unread";
import type { Chat } from "../state/whole";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf } from "../store/names";
import { now } from "../store/now";
import { showProfile } from "../store/profile";
import { AT_MOST, choose, selection } from "../store/selection";
import type { MessageAction } from "../store/shortcuts";
import type { Writing } from "../store/writing";
import { clock, day, exactly, isSameDay } from "../text/dates";
import { t } from "../text/i18n";
import { notice } from "../text/notices";
import { Avatar, hue } from "../ui/Avatar";
import { classes } from "../ui/classes";
import { lazily } from "../ui/lazily";
import type { Place } from "../ui/Menu";
import { say } from "../ui/toasts";
import { jumbo } from "./Jumbo";
import { MessageMenu, mayThere, Toolbar } from "./MessageMenu";
import styles from "./MessageRow.module.css";
import { MessageText } from "./MessageText";
import { askedOf } from "./messageKeys";
import { Quote } from "./Quote";
import { Reactions } from "./Reactions";
import { standTogether } from "./rows";
import { readBy, Ticks } from "./Ticks";
import { asksForMenu, follow } from "./touch";

const Edits = lazily(() => import("./Edits"));

interface Props {
  chatId: Id;
  kind: Chat["kind"];
  message: ReadonlySignal<Message>;
  before: ReadonlySignal<Message> | undefined;
  isFirstUnread: boolean;
  unread: number;
  isHighlighted: boolean;
  onWrite: (writing: Writing) => void;
  onGoTo: (seq: Seq) => void;
}

/** A message in its place: with the day before it, its author where another one spoke before, and what was done to it. */
export const MessageRow = memo(function MessageRow({
  chatId,
  kind,
  before,
  isFirstUnread,
  unread,
  isHighlighted,
  ...rest
}: Props) {
  const message = useValue(rest.message);
  const previous = useOptional(before);
  const isGroup = kind === "group";
  const blocked = useComputed(
    () => isGroup && (store.relations.at(message.author_id).value?.blocked ?? false),
    [isGroup, message.author_id],
  );
  const [shown, setShown] = useState(false);
  const newDay = !previous || !isSameDay(previous.sent_at, message.sent_at);
  const joins = !isFirstUnread && previous !== undefined && standTogether(previous, message);
  return (
    <>
      {newDay && <Day at={message.sent_at} />}
      {isFirstUnread && (
        <p className={styles.unread}>
          <span>{t("chat.new_messages", { count: unread })}</span>
        </p>
      )}
      {message.kind === SYSTEM ? (
        <Notice message={message} />
      ) : blocked && !shown ? (
        <Unwanted seq={message.seq} onShow={() => setShown(true)} />
      ) : (
        <Said
          chatId={chatId}
          kind={kind}
          message={message}
          joins={joins}
          isHighlighted={isHighlighted}
          onWrite={rest.onWrite}
          onGoTo={rest.onGoTo}
        />
      )}
    </>
  );
});

/** The day, above the first message of it. */
export function Day({ at }: { at: number }) {
  const text = useComputed(() => day(at, now.value), [at]);
  return <p className={styles.day}>{text}</p>;
}

function useOptional<T>(signal: ReadonlySignal<T> | undefined): T | undefined {
  return useComputed(() => signal?.value, [signal]);
}

/** Where in the chat it stands, of which nobody has all. */
export function placed(seq: Seq) {
  return { "aria-setsize": -1, "aria-posinset": seq };
}

function Notice({ message }: { message: Message }) {
  const text = useComputed(() => notice(message, nameOf), [message]);
  return (
    <article className={styles.notice} tabIndex={-1} {...placed(message.seq)}>
      {text}
    </article>
  );
}

/** In place of what somebody says whom one blocks. */
function Unwanted({ seq, onShow }: { seq: Seq; onShow: () => void }) {
  return (
    <article className={styles.notice} tabIndex={-1} {...placed(seq)}>
      {t("message.of_blocked")}{" "}
      <button type="button" className={styles.show} onClick={onShow}>
        {t("message.show")}
      </button>
    </article>
  );
}

interface SaidProps {
  chatId: Id;
  kind: Chat["kind"];
  message: Message;
  joins: boolean;
  isHighlighted: boolean;
  onWrite: (writing: Writing) => void;
  onGoTo: (seq: Seq) => void;
}

function Said({ chatId, kind, message, joins, isHighlighted, onWrite, onGoTo }: SaidProps) {
  const me = useValue(store.me)?.id ?? 0;
  const own = message.author_id === me;
  const deleted = message.deleted_at != null;
  const [menu, setMenu] = useState<Place | null>(null);
  // Most messages are only passed by: their tools are made when one comes near.
  const [isNear, setNear] = useState(false);
  const name = useComputed(() => nameOf(message.author_id), [message.author_id]);
  const shortcut = useRef<((action: MessageAction) => boolean) | null>(null);
  const callsMe = !own && !deleted && (message.mentions_all || message.mentions?.includes(me));
  const withAuthor = !own && !joins && kind === "group";
  const openMenu = (place: Place) => !deleted && setMenu(open => open ?? place);
  const { onContextMenu } = asksForMenu(openMenu);
  const isChoosing = useComputed(() => !deleted && selection.value?.chatId === chatId, [chatId, deleted]);
  const isChosen = useComputed(
    () => isChoosing && (selection.value?.messages.has(message.seq) ?? false),
    [isChoosing, message.seq],
  );
  const pick = () => choose(message) || say(t("selection.full", { count: AT_MOST }));
  return (
    <article
      className={classes(
        styles.message,
        own && styles.own,
        joins && styles.joins,
        (isHighlighted || isChosen) && styles.highlighted,
        isChoosing && styles.choosing,
      )}
      tabIndex={-1}
      aria-label={`${own ? t("message.you") : name}, ${clock(message.sent_at)}`}
      data-seq={message.seq}
      {...placed(message.seq)}
      onPointerMove={() => setNear(true)}
      onPointerDown={event => {
        setNear(true);
        if (isChoosing || deleted) return;
        const reply = () => onWrite({ kind: "reply", message });
        follow(event, { onHold: openMenu, onDraw: mayThere(message, "may_send") ? reply : undefined });
      }}
      onFocus={() => setNear(true)}
      onClickCapture={event => {
        if (!isChoosing || event.target instanceof HTMLInputElement) return;
        event.preventDefault();
        event.stopPropagation();
        pick();
      }}
      onContextMenu={isChoosing || deleted ? undefined : onContextMenu}
      onKeyDown={event => {
        if (event.target !== event.currentTarget) return;
        if (isChoosing) {
          if (event.key !== " " && event.key !== "Enter") return;
          event.preventDefault();
          pick();
          return;
        }
        const action = askedOf(event.nativeEvent);
        if (action === "menu" || event.key === "ContextMenu") {
          const box = event.currentTarget.getBoundingClientRect();
          openMenu({ x: box.left + 48, y: box.bottom });
        } else if (!action || !shortcut.current?.(action)) return;
        event.preventDefault();
      }}
    >
      {isChoosing && (
        <input
          type="checkbox"
          className={styles.check}
          aria-label={t("message.select")}
          checked={isChosen}
          onChange={pick}
        />
      )}
      {!own &&
        kind === "group" &&
        (joins ? <span className={styles.gutter} /> : <Portrait userId={message.author_id} name={name} />)}
      <div className={styles.body}>
        <div className={styles.line}>
          <Bubble message={message} own={own} calls={callsMe}>
            {withAuthor && (
              <p className={styles.author}>
                <bdi className={styles.name} style={hue(message.author_id)}>
                  {name}
                </bdi>
                <When message={message} />
              </p>
            )}
            {deleted ? (
              <p className={styles.deleted}>{t("message.deleted")}</p>
            ) : (
              <Content message={message} onGoTo={onGoTo} />
            )}
            {!withAuthor && <Meta chatId={chatId} kind={kind} message={message} own={own} me={me} />}
          </Bubble>
          {isNear && !deleted && !isChoosing && (
            <Toolbar message={message} onMore={openMenu} onWrite={onWrite} onShortcut={shortcut} own={own} />
          )}
        </div>
        {!deleted && <Reactions message={message} me={me} />}
      </div>
      {isNear && !deleted && !isChoosing && (
        <span className={styles.answers} aria-hidden="true">
          <Reply size={18} />
        </span>
      )}
      {menu && <MessageMenu message={message} own={own} at={menu} onClose={() => setMenu(null)} onWrite={onWrite} />}
    </article>
  );
}

function Portrait({ userId, name }: { userId: Id; name: string }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={t("person.profile", { name })}
      className={styles.portrait}
      onClick={() => showProfile(userId)}
    >
      <Avatar id={userId} name={name} size="small" />
    </button>
  );
}

interface BubbleProps {
  message: Message;
  own: boolean;
  /** It mentions whoever looks at it. */
  calls: boolean | undefined;
  children: ReactNode;
}

function Bubble({ message, own, calls, children }: BubbleProps) {
  const bare = message.deleted_at == null && !message.reply_to && jumbo(message.text);
  return (
    <div className={classes(styles.bubble, own && styles.mine, calls && styles.calls, bare && styles.bare)}>
      {children}
    </div>
  );
}

function Content({ message, onGoTo }: { message: Message; onGoTo: (seq: Seq) => void }) {
  return (
    <>
      {message.forwarded && <Forwarded authorId={message.forwarded.author_id} />}
      {message.reply_to != null && <Quote chatId={message.chat_id} seq={message.reply_to} onGoTo={onGoTo} />}
      <MessageText text={message.text} id={`${message.chat_id}-${message.nonce || message.seq}`} />
    </>
  );
}

function Forwarded({ authorId }: { authorId: Id }) {
  const name = useComputed(() => nameOf(authorId), [authorId]);
  return <p className={styles.forwarded}>{t("message.forwarded", { name })}</p>;
}

interface MetaProps {
  chatId: Id;
  kind: Chat["kind"];
  message: Message;
  own: boolean;
  me: Id;
}

function Meta({ chatId, kind, message, own, me }: MetaProps) {
  return (
    <span className={styles.meta}>
      <When message={message} />
      {own && message.deleted_at == null && <OwnTicks chatId={chatId} kind={kind} message={message} me={me} />}
    </span>
  );
}

function OwnTicks({ chatId, kind, message, me }: Omit<MetaProps, "own">) {
  const roster = useValue(store.rosters.at(chatId));
  const ticks = <Ticks reach={roster && kind !== "saved" ? reachOf(message, roster, me) : "sent"} />;
  if (!roster || kind !== "group") return ticks;
  return <span title={readBy(message, roster, me)}>{ticks}</span>;
}

/** That it was edited; a click shows what it said before, as its menu does for the keyboard. */
function Edited({ message }: { message: Message }) {
  const own = useValue(store.me)?.id === message.author_id;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={styles.edited}
        tabIndex={-1}
        title={t("message.edits")}
        onClick={() => setOpen(true)}
      >
        {t("message.edited")}
      </button>
      {open && <Edits message={message} own={own} onClose={() => setOpen(false)} />}
    </>
  );
}

/** That it does not stay. */
function Expiring({ at }: { at: number }) {
  const text = t("disappearing.at", { when: exactly(at) });
  return (
    <span title={text}>
      <Timer size={12} aria-label={text} />
    </span>
  );
}

function When({ message }: { message: Message }) {
  return (
    <span className={styles.when}>
      {message.expires_at != null && <Expiring at={message.expires_at} />}
      {message.pinned_at != null && <Pin size={12} aria-label={t("message.pinned")} />}
      {message.edited_at != null && message.deleted_at == null && <Edited message={message} />}
      <time dateTime={new Date(message.sent_at).toISOString()} title={exactly(message.sent_at)}>
        {clock(message.sent_at)}
      </time>
    </span>
  );
}
