import type { ReadonlySignal } from "@preact/signals-core";
import { Pin } from "lucide-react";
import { memo, type ReactNode, useRef, useState } from "react";
import type { Chat, Id, Message, Seq } from "../protocol";
import { reachOf } from "../state/receipts";
import { SYSTEM } from "../state/unread";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf } from "../store/names";
import { showProfile } from "../store/profile";
import { clock, day, exactly, isSameDay } from "../text/dates";
import { t } from "../text/i18n";
import { notice } from "../text/notices";
import { Avatar, hue } from "../ui/Avatar";
import { classes } from "../ui/classes";
import type { Place } from "../ui/Menu";
import type { Writing } from "./Conversation";
import { Jumbo, jumbo } from "./Jumbo";
import { MessageMenu, Toolbar } from "./MessageMenu";
import styles from "./MessageRow.module.css";
import { Quote } from "./Quote";
import { Reactions } from "./Reactions";
import { RichText } from "./RichText";
import { Ticks } from "./Ticks";

/** What one person says within so many milliseconds stands together. */
const TOGETHER = 7 * 60_000;

interface Props {
  chat: Chat;
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
  chat,
  before,
  isFirstUnread,
  unread,
  isHighlighted,
  ...rest
}: Props) {
  const message = useValue(rest.message);
  const previous = useOptional(before);
  const newDay = !previous || !isSameDay(previous.sent_at, message.sent_at);
  const joins = !newDay && !isFirstUnread && previous !== undefined && standTogether(previous, message);
  return (
    <>
      {newDay && <p className={styles.day}>{day(message.sent_at, Date.now())}</p>}
      {isFirstUnread && (
        <p className={styles.unread}>
          <span>{t("chat.new_messages", { count: unread })}</span>
        </p>
      )}
      {message.kind === SYSTEM ? (
        <Notice message={message} />
      ) : (
        <Said
          chat={chat}
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

function useOptional<T>(signal: ReadonlySignal<T> | undefined): T | undefined {
  return useComputed(() => signal?.value, [signal]);
}

function standTogether(one: Message, next: Message): boolean {
  return one.author_id === next.author_id && one.kind === next.kind && next.sent_at - one.sent_at < TOGETHER;
}

function Notice({ message }: { message: Message }) {
  const text = useComputed(() => notice(message, nameOf), [message]);
  return (
    <article className={styles.notice} tabIndex={-1}>
      {text}
    </article>
  );
}

interface SaidProps {
  chat: Chat;
  message: Message;
  joins: boolean;
  isHighlighted: boolean;
  onWrite: (writing: Writing) => void;
  onGoTo: (seq: Seq) => void;
}

function Said({ chat, message, joins, isHighlighted, onWrite, onGoTo }: SaidProps) {
  const me = useValue(store.me)?.id ?? 0;
  const own = message.author_id === me;
  const deleted = message.deleted_at != null;
  const [menu, setMenu] = useState<Place | null>(null);
  const name = useComputed(() => nameOf(message.author_id), [message.author_id]);
  const shortcut = useRef<((key: string) => boolean) | null>(null);
  const withAuthor = !own && !joins && chat.kind === "group";
  const openMenu = (place: Place) => !deleted && setMenu(place);
  return (
    <article
      className={classes(styles.message, own && styles.own, joins && styles.joins, isHighlighted && styles.highlighted)}
      tabIndex={-1}
      aria-label={`${own ? t("message.you") : name}, ${clock(message.sent_at)}`}
      data-seq={message.seq}
      onContextMenu={event => {
        if (deleted || window.getSelection()?.toString()) return;
        event.preventDefault();
        openMenu({ x: event.clientX, y: event.clientY });
      }}
      onKeyDown={event => {
        if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey || event.altKey) return;
        if (event.key === "Enter" || event.key === "ContextMenu") {
          const box = event.currentTarget.getBoundingClientRect();
          openMenu({ x: box.left + 48, y: box.bottom });
        } else if (!shortcut.current?.(event.key)) return;
        event.preventDefault();
      }}
    >
      {!own &&
        chat.kind === "group" &&
        (joins ? <span className={styles.gutter} /> : <Portrait userId={message.author_id} name={name} />)}
      <div className={styles.body}>
        <div className={styles.line}>
          <Bubble message={message} own={own}>
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
            {!withAuthor && <Meta chat={chat} message={message} own={own} me={me} />}
          </Bubble>
          {!deleted && (
            <Toolbar message={message} onMore={openMenu} onWrite={onWrite} onShortcut={shortcut} own={own} />
          )}
        </div>
        {!deleted && <Reactions message={message} me={me} />}
      </div>
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

function Bubble({ message, own, children }: { message: Message; own: boolean; children: ReactNode }) {
  const bare = message.deleted_at == null && !message.reply_to && jumbo(message.text);
  return <div className={classes(styles.bubble, own && styles.mine, bare && styles.bare)}>{children}</div>;
}

function Content({ message, onGoTo }: { message: Message; onGoTo: (seq: Seq) => void }) {
  return (
    <>
      {message.forwarded && <Forwarded authorId={message.forwarded.author_id} />}
      {message.reply_to != null && <Quote chatId={message.chat_id} seq={message.reply_to} onGoTo={onGoTo} />}
      <div className={styles.text}>
        {jumbo(message.text) ? <Jumbo text={message.text} /> : <RichText text={message.text} />}
      </div>
    </>
  );
}

function Forwarded({ authorId }: { authorId: Id }) {
  const name = useComputed(() => nameOf(authorId), [authorId]);
  return <p className={styles.forwarded}>{t("message.forwarded", { name })}</p>;
}

function Meta({ chat, message, own, me }: { chat: Chat; message: Message; own: boolean; me: Id }) {
  return (
    <span className={styles.meta}>
      <When message={message} />
      {own && message.deleted_at == null && <OwnTicks chat={chat} message={message} me={me} />}
    </span>
  );
}

function OwnTicks({ chat, message, me }: { chat: Chat; message: Message; me: Id }) {
  const roster = useValue(store.rosters.at(chat.id));
  return <Ticks reach={roster && chat.kind !== "saved" ? reachOf(message, roster, me) : "sent"} />;
}

function When({ message }: { message: Message }) {
  return (
    <span className={styles.when}>
      {message.pinned_at != null && <Pin size={12} aria-label={t("message.pinned")} />}
      {message.edited_at != null && message.deleted_at == null && <span>{t("message.edited")}</span>}
      <time dateTime={new Date(message.sent_at).toISOString()} title={exactly(message.sent_at)}>
        {clock(message.sent_at)}
      </time>
    </span>
  );
}
