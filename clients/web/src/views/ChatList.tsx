import { Search, SquarePen } from "lucide-react";
import { useState } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { titleOf } from "../store/names";
import { toggle } from "../store/panel";
import { t } from "../text/i18n";
import { Button, IconButton } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { ChatListSkeleton } from "../ui/Skeleton";
import styles from "./ChatList.module.css";
import { ChatRow } from "./ChatRow";
import { NewChat } from "./NewChat";

/** The chats, with a line to find one in. */
export function ChatList({ open }: { open: Id | null }) {
  const [wanted, setWanted] = useState("");
  const [making, setMaking] = useState(false);
  return (
    <aside className={styles.list} aria-label={t("list.label")}>
      <header className={styles.head}>
        <h1>{t("list.title")}</h1>
        <IconButton label={t("search.all")} onClick={() => toggle({ name: "search", chatId: null })}>
          <Search size={20} strokeWidth={1.75} />
        </IconButton>
        <IconButton label={t("list.new")} onClick={() => setMaking(true)}>
          <SquarePen size={20} strokeWidth={1.75} />
        </IconButton>
      </header>
      <input
        type="search"
        className={styles.find}
        placeholder={t("list.filter")}
        aria-label={t("list.filter")}
        value={wanted}
        onInput={event => setWanted(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === "Escape") setWanted("");
        }}
      />
      <Rows open={open} wanted={wanted.trim().toLocaleLowerCase()} onNew={() => setMaking(true)} />
      {making && <NewChat onClose={() => setMaking(false)} />}
    </aside>
  );
}

function Rows({ open, wanted, onNew }: { open: Id | null; wanted: string; onNew: () => void }) {
  const ready = useValue(store.connection)?.ready ?? false;
  const [withArchive, setWithArchive] = useState(false);
  const all = useComputed(() => store.order.value.filter(id => fits(id, wanted)), [wanted]);
  const archived = useComputed(() => all.filter(isArchived), [all]);
  const ids = wanted ? all : [...all.filter(id => !archived.includes(id)), ...(withArchive ? archived : [])];
  if (!ready && !all.length) return <ChatListSkeleton />;
  if (!all.length) {
    return wanted ? (
      <Empty text={t("list.no_match")} />
    ) : (
      <Empty text={t("list.empty")}>
        <Button look="primary" onClick={onNew}>
          {t("list.new")}
        </Button>
      </Empty>
    );
  }
  return (
    <ul
      className={styles.rows}
      onKeyDown={event => moveFocus(event.key, event.currentTarget) && event.preventDefault()}
    >
      {ids.map(id => (
        <ChatRow key={id} chatId={id} isOpen={id === open} />
      ))}
      {archived.length > 0 && !wanted && (
        <li>
          <Button aria-expanded={withArchive} onClick={() => setWithArchive(!withArchive)}>
            {t("chat.archived", { count: archived.length })}
          </Button>
        </li>
      )}
    </ul>
  );
}

function fits(chatId: Id, wanted: string): boolean {
  const record = store.chats.at(chatId).value;
  return record !== undefined && (!wanted || titleOf(record.chat).toLocaleLowerCase().includes(wanted));
}

function isArchived(chatId: Id): boolean {
  return store.chats.at(chatId).value?.mine.prefs?.archived ?? false;
}

function moveFocus(key: string, list: Element): boolean {
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const rows = [...list.querySelectorAll<HTMLElement>("a")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[at + (key === "ArrowDown" ? 1 : -1)]?.focus();
  return true;
}
