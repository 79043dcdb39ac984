import { ArrowLeft, Info, Search, Timer } from "lucide-react";
import type { ChatRecord } from "../state/records";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, partnerOf, usePresence, useTitle } from "../store/names";
import { toggle } from "../store/panel";
import { showProfile } from "../store/profile";
import { goBack } from "../store/router";
import { duration } from "../text/dates";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { OneLine } from "../ui/OneLine";
import { ChatMenu } from "./ChatMenu";
import styles from "./ConversationHeader.module.css";

/** Whom one talks with, and who of them is here. Room for calls is at its end. */
export function ConversationHeader({ record }: { record: ChatRecord }) {
  const { chat } = record;
  const me = useValue(store.me)?.id;
  const partner = partnerOf(chat, me);
  const title = useTitle(chat);
  const presence = usePresence(partner);
  const toggleInfo = () => toggle({ name: "group", chatId: chat.id });
  return (
    <header className={styles.header}>
      <IconButton label={t("back")} className={styles.back} onClick={() => goBack({ name: "chats" })}>
        <ArrowLeft size={20} />
      </IconButton>
      <Avatar id={partner ?? chat.id} name={title} size="small" presence={presence?.status} />
      <div className={styles.who}>
        <h2>
          {chat.kind === "saved" ? (
            <OneLine>{title}</OneLine>
          ) : (
            <button type="button" onClick={() => (partner === null ? toggleInfo() : showProfile(partner))}>
              <OneLine>{title}</OneLine>
            </button>
          )}
        </h2>
        <div className={styles.below}>
          <Vanishing after={chat.disappear_after} />
          <Subtitle record={record} />
        </div>
      </div>
      <IconButton label={t("search.chat")} onClick={() => toggle({ name: "search", chatId: chat.id })}>
        <Search size={20} strokeWidth={1.75} />
      </IconButton>
      {chat.kind === "group" && (
        <IconButton label={t("panel.group")} className={styles.info} onClick={toggleInfo}>
          <Info size={20} strokeWidth={1.75} />
        </IconButton>
      )}
      <ChatMenu record={record} />
    </header>
  );
}

/** That what is said here does not stay. */
function Vanishing({ after }: { after: number | null }) {
  if (after === null) return null;
  const time = duration(after);
  const text = t("disappearing.now", { time });
  return (
    <small className={styles.vanishing} role="img" aria-label={text} title={text}>
      <Timer size={13} aria-hidden="true" />
      <bdi>{time}</bdi>
    </small>
  );
}

function Subtitle({ record: { chat, typing } }: { record: ChatRecord }) {
  const me = useValue(store.me)?.id;
  const presence = usePresence(partnerOf(chat, me));
  const typist = useComputed(() => (typing[0] === undefined ? "" : nameOf(typing[0])), [typing]);
  if (typing.length) {
    const text =
      typing.length > 1 ? t("chat.typing_more", { count: typing.length }) : t("chat.typing_one", { name: typist });
    return <small className={styles.typing}>{chat.kind === "direct" ? t("chat.typing") : text}</small>;
  }
  if (chat.kind === "saved") return null;
  if (chat.kind === "group") return <small>{t("chat.members", { count: chat.member_count })}</small>;
  return (
    <small>
      <bdi>{presence?.text || t(`chat.${presence?.status ?? "offline"}`)}</bdi>
    </small>
  );
}
