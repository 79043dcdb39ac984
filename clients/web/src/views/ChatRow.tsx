import { AtSign, BellOff, Pin } from "lucide-react";
import { memo, useEffect, useState } from "react";
import type { Id } from "../protocol";
import { isGone } from "../state/gone";
import { peopleOf } from "../state/people";
import type { ChatRecord } from "../state/records";
import { engine, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, partnerOf, titleOf, usePresence } from "../store/names";
import { now } from "../store/now";
import { go } from "../store/router";
import { isMuted } from "../store/store";
import { exactly, lately } from "../text/dates";
import { t } from "../text/i18n";
import { inOneLine } from "../text/plain";
import { Avatar } from "../ui/Avatar";
import { classes } from "../ui/classes";
import type { Place } from "../ui/Menu";
import { OneLine } from "../ui/OneLine";
import { plainly } from "../ui/plainly";
import { ChatActions } from "./ChatMenu";
import styles from "./ChatRow.module.css";
import { Ticks } from "./Ticks";
import { asksForMenu } from "./touch";

/** Of a draft no more than this can be seen. */
const SHOWN = 200;

interface Props {
  chatId: Id;
  isOpen: boolean;
  /** The Tab key leads to it. */
  isStop: boolean;
}

/** A chat in the list. */
export const ChatRow = memo(function ChatRow({ chatId, isOpen, isStop }: Props) {
  const record = useValue(store.chats.at(chatId));
  const me = useValue(store.me)?.id;
  const partner = record ? partnerOf(record.chat, me) : null;
  const title = useComputed(() => (record ? titleOf(record.chat) : ""), [record]);
  const presence = usePresence(partner);
  const when = useComputed(() => (record?.last ? lately(record.last.sent_at, now.value) : ""), [record]);
  const muted = useComputed(() => record !== undefined && isMuted(record), [record]);
  const [menu, setMenu] = useState<Place | null>(null);
  if (!record) return null;
  const { mine, last } = record;
  return (
    <>
      <a
        href={`/c/${chatId}`}
        className={classes(styles.row, isOpen && styles.open)}
        tabIndex={isStop ? 0 : -1}
        aria-current={isOpen ? "page" : undefined}
        onClick={plainly(() => go({ name: "chat", chatId }))}
        {...asksForMenu(place => setMenu(open => open ?? place))}
      >
        <Avatar id={partner ?? chatId} name={title} presence={presence?.status} />
        <b className={styles.title}>
          <OneLine>{title}</OneLine>
        </b>
        <span className={styles.when}>
          {mine.prefs?.pinned_at ? <Pin size={13} aria-label={t("list.pinned")} /> : null}
          {muted && <BellOff size={13} aria-label={t("list.muted")} />}
          {last && (
            <time dateTime={new Date(last.sent_at).toISOString()} title={exactly(last.sent_at)}>
              {when}
            </time>
          )}
        </span>
        <Preview record={record} isOpen={isOpen} />
        <Badge mine={mine} muted={muted} />
      </a>
      <ChatActions record={record} isOpen={isOpen} at={menu} onClose={() => setMenu(null)} />
    </>
  );
});

function Preview({ record, isOpen }: { record: ChatRecord; isOpen: boolean }) {
  const me = useValue(store.me)?.id;
  const { last, mine, chat, typing, reach } = record;
  const unwanted = useComputed(() => last !== null && store.isUnwanted(chat, last.author_id), [chat, last]);
  const said = useComputed(() => (last ? inOneLine(last, nameOf) : t("list.nothing")), [last]);
  const author = useComputed(() => (last ? nameOf(last.author_id) : ""), [last]);
  const isOfStranger = useComputed(
    () => last !== null && peopleOf(last).some(id => !store.people.at(id).value),
    [last],
  );
  useEffect(() => {
    if (isOfStranger) void engine.meet(chat.id);
  }, [isOfStranger, chat.id]);
  if (typing.length) return <p className={classes(styles.preview, styles.typing)}>{t("chat.typing")}</p>;
  const draft = isOpen ? "" : (mine.prefs?.draft?.slice(0, SHOWN) ?? "");
  if (draft) {
    return (
      <p className={styles.preview}>
        <span className={styles.draft}>{t("list.draft")}</span> <OneLine>{draft}</OneLine>
      </p>
    );
  }
  const line = (text: string) => (
    <p className={styles.preview}>
      <OneLine>{text}</OneLine>
    </p>
  );
  if (!last || last.notice || isGone(last)) return line(said);
  if (unwanted) return line(t("message.of_blocked"));
  const own = last.author_id === me;
  const text = own ? said : chat.kind === "group" ? t("list.by", { name: author, text: said }) : said;
  return (
    <p className={styles.preview}>
      {own && reach && <Ticks reach={reach} />}
      <OneLine>{text}</OneLine>
    </p>
  );
}

function Badge({ mine, muted }: { mine: ChatRecord["mine"]; muted: boolean }) {
  const marked = mine.prefs?.marked_unread ?? false;
  if (!mine.unread && !marked) return null;
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
