import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Id, Message } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { titleOf } from "../store/names";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Field } from "../ui/Field";
import { RovingList } from "../ui/RovingList";
import { FoundMessage } from "./FoundMessage";
import styles from "./Search.module.css";
import { type Standing, useSearch } from "./useSearch";

const FILTERS = ["from:", "in:", "has:link", "has:pin", "before:", "after:"];

/** Find what was said: in all chats, or in this one. */
export default function Search({ chatId }: { chatId: Id | null }) {
  const [typed, setTyped] = useState("");
  const { messages, standing, hasMore, more, again, problem } = useSearch(typed, chatId);
  const field = useRef<HTMLFormElement>(null);

  useEffect(() => field.current?.querySelector("input")?.focus(), []);

  function addFilter(filter: string) {
    setTyped(`${typed.trimEnd()} ${filter}`.trimStart() + (filter.endsWith(":") ? "" : " "));
    field.current?.querySelector("input")?.focus();
  }

  return (
    <form
      ref={field}
      className={styles.search}
      onSubmit={(event: FormEvent) => event.preventDefault()}
      onKeyDown={event => {
        if (!event.defaultPrevented && moveFocus(event.key, event.currentTarget)) event.preventDefault();
      }}
    >
      <Field
        label={t(chatId === null ? "search.all" : "search.chat")}
        type="search"
        autoComplete="off"
        problem={problem}
        hint={counted(standing, messages.length, hasMore)}
        value={typed}
        onValue={setTyped}
      />
      <div className={styles.filters}>
        {FILTERS.filter(filter => chatId === null || filter !== "in:").map(filter => (
          <button key={filter} type="button" dir="ltr" onClick={() => addFilter(filter)}>
            {filter}
          </button>
        ))}
      </div>
      {(standing === "complete" || standing === "offline") && !messages.length && !hasMore && (
        <Empty text={t("search.nothing")} />
      )}
      <RovingList>
        {messages.map(message => (
          <Result key={`${message.chat_id} ${message.seq}`} message={message} withChat={chatId === null} />
        ))}
      </RovingList>
      {standing === "failed" && <Button onClick={again}>{t("retry")}</Button>}
      {hasMore && <Button onClick={more}>{t("message.more")}</Button>}
    </form>
  );
}

/** How much was found; nothing as long as the server may know of more. */
function counted(standing: Standing, count: number, hasMore: boolean): string | undefined {
  if (standing !== "offline" && standing !== "complete") return undefined;
  return t(standing === "offline" ? "search.offline" : "search.found", { count, more: hasMore ? "+" : "" });
}

/** Up and down between the line and what was found first. */
function moveFocus(key: string, form: Element): boolean {
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const stops = [...form.querySelectorAll<HTMLElement>("input, li > button")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[at + (key === "ArrowDown" ? 1 : -1)]?.focus();
  return at >= 0;
}

function Result({ message, withChat }: { message: Message; withChat: boolean }) {
  const where = useComputed(() => {
    const record = store.chats.at(message.chat_id).value;
    return record && withChat ? titleOf(record.chat) : "";
  }, [message, withChat]);
  return <FoundMessage message={message} where={where} />;
}
