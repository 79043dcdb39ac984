import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Id, Message, SearchMessages, SearchPlace } from "../protocol";
import { call, store } from "../store/app";
import { useComputed } from "../store/hooks";
import { titleOf } from "../store/names";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { BadFilter, type Known, searchFor } from "../text/query";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Field } from "../ui/Field";
import { FoundMessage } from "./FoundMessage";
import styles from "./Search.module.css";

/** How long typing must pause before it is searched for. */
const PAUSE = 250;
const FILTERS = ["from:", "in:", "has:link", "has:pin", "before:", "after:"];

interface Found {
  messages: Message[];
  next: SearchPlace | null;
}

/** Find what was said: in all chats, or in this one. */
export default function Search({ chatId }: { chatId: Id | null }) {
  const [typed, setTyped] = useState("");
  const { found, problem, more } = useSearch(typed, chatId);
  const field = useRef<HTMLFormElement>(null);

  function addFilter(filter: string) {
    setTyped(`${typed.trimEnd()} ${filter}`.trimStart() + (filter.endsWith(":") ? "" : " "));
    field.current?.querySelector("input")?.focus();
  }

  return (
    <form ref={field} className={styles.search} onSubmit={(event: FormEvent) => event.preventDefault()}>
      <Field
        label={t(chatId === null ? "search.all" : "search.chat")}
        type="search"
        autoFocus
        autoComplete="off"
        problem={problem}
        hint={found && t("search.found", { count: found.messages.length, more: found.next ? "+" : "" })}
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
      {found && !found.messages.length && !found.next && <Empty text={t("search.nothing")} />}
      <ul>
        {found?.messages.map(message => (
          <Result key={`${message.chat_id} ${message.seq}`} message={message} withChat={chatId === null} />
        ))}
      </ul>
      {found?.next && <Button onClick={more}>{t("message.more")}</Button>}
    </form>
  );
}

function Result({ message, withChat }: { message: Message; withChat: boolean }) {
  const where = useComputed(() => {
    const record = store.chats.at(message.chat_id).value;
    return record && withChat ? titleOf(record.chat) : "";
  }, [message, withChat]);
  return <FoundMessage message={message} where={where} />;
}

/** What is found, a moment after something was typed. */
function useSearch(typed: string, chatId: Id | null) {
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef<SearchMessages>(null);

  useEffect(() => {
    asked.current = null;
    if (!typed.trim()) {
      setFound(null);
      setProblem(null);
      return;
    }
    const timer = setTimeout(() => void begin(), PAUSE);
    return () => clearTimeout(timer);

    async function begin() {
      try {
        const command = { ...searchFor(typed, known()), ...(chatId !== null && { chat_id: chatId }) };
        asked.current = command;
        const page = await call(command);
        if (asked.current !== command) return;
        setFound(page);
        setProblem(null);
      } catch (error) {
        setFound(null);
        setProblem(error instanceof BadFilter ? t("search.bad_filter", { filter: error.message }) : explain(error));
      }
    }
  }, [typed, chatId]);

  async function more() {
    const command = asked.current;
    if (!command || !found?.next) return;
    try {
      const page = await call({ ...command, page: found.next });
      if (asked.current === command) setFound({ messages: [...found.messages, ...page.messages], next: page.next });
    } catch (error) {
      setProblem(explain(error));
    }
  }

  return { found, problem, more: () => void more() };
}

function known(): Known {
  const chats = store.chats.values().map(({ chat }) => ({ chat, title: titleOf(chat) }));
  return { me: store.me.peek(), people: store.people.values(), chats };
}
