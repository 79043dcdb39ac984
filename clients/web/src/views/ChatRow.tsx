import { AtSign, BellOff, Pin } from "lucide-react";
import { memo } from "react";
import type { Id } from "../protocol";
import type { ChatRecord } from "../state/records";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, partnerOf, titleOf, usePresence } from "../store/names";
import { go } from "../store/router";
import { isMuted } from "../store/store";
import { exactly, lately } from "../text/dates";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";
import { Avatar } from "../ui/Avatar";
import { classes } from "../ui/classes";
import styles from "./ChatRow.module.css";
import { Ticks } from "./Ticks";

/** A chat in the list. */
export const ChatRow = memo(function ChatRow({ chatId, isOpen }: { chatId: Id; isOpen: boolean }) {
  const record = useValue(store.chats.at(chatId));
  const me = useValue(store.me)?.id;
  const partner = record ? partnerOf(record.chat, me) : null;
  const title = useComputed(() => (record ? titleOf(record.chat) : ""), [record]);
  const presence = usePresence(partner);
  if (!record) return null;
  const { mine, last } = record;
  return (
    <li>
      <a
        href={`/c/${chatId}`}
        className={classes(styles.row, isOpen && styles.open)}
        aria-current={isOpen ? "page" : undefined}
        onClick={event => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go({ name: "chat", chatId });
        }}
      >
        <Avatar id={partner ?? chatId} name={title} presence={presence?.status} />
        <b className={styles.title} dir="auto">
          {title}
        </b>
        <span className={styles.when}>
          {mine.prefs?.pinned_at ? <Pin size={13} aria-label={t("list.pinned")} /> : null}
          {isMuted(record) && <BellOff size={13} aria-label={t("list.muted")} />}
          {last && (
            <time dateTime={new Date(last.sent_at).toISOString()} title={exactly(last.sent_at)}>
              {lately(last.sent_at, Date.now())}
            </time>
          )}
        </span>
        <Preview record={record} isOpen={isOpen} />
        <Badge record={record} />
      </a>
    </li>
  );
});

function Preview({ record, isOpen }: { record: ChatRecord; isOpen: boolean }) {
  const me = useValue(store.me)?.id;
  const { last, mine, chat, typing, reach } = record;
  const said = useComputed(() => (last ? inOneLine(last, nameOf) : t("list.nothing")), [last]);
  const author = useComputed(() => (last ? nameOf(last.author_id) : ""), [last]);
  if (typing.length) return <p className={classes(styles.preview, styles.typing)}>{t("chat.typing")}</p>;
  const draft = isOpen ? "" : (mine.prefs?.draft ?? "");
  if (draft) {
    return (
      <p className={styles.preview}>
        <span className={styles.draft}>{t("list.draft")}</span> <bdi>{draft}</bdi>
      </p>
    );
  }
  if (!last || last.notice) return <p className={styles.preview}>{said}</p>;
  const own = last.author_id === me;
  const text = own ? said : chat.kind === "group" ? t("list.by", { name: author, text: said }) : said;
  return (
    <p className={styles.preview}>
      {own && reach && <Ticks reach={reach} />}
      <bdi>{text}</bdi>
    </p>
  );
}

function Badge({ record: { mine, ...record } }: { record: ChatRecord }) {
  const marked = mine.prefs?.marked_unread ?? false;
  if (!mine.unread && !marked) return null;
  const muted = isMuted({ mine, ...record });
  return (
    <span className={styles.badges}>
      {mine.mentions > 0 && <AtSign size={16} className={styles.mention} aria-label={t("list.mentioned")} />}
      <span
        className={classes(styles.badge, muted && styles.muted)}
        role="img"
        aria-label={t("list.unread", { count: mine.unread })}
      >
        {mine.unread > 999 ? "999+" : mine.unread || ""}
      </span>
    </span>
  );
}
