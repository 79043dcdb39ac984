import { useEffect, useMemo, useRef, useState } from "react";
import type { Id, Message, SearchMessages, SearchPage, SearchPlace } from "../protocol";
import { merged } from "../state/search";
import { call, insist, store } from "../store/app";
import { useComputed } from "../store/hooks";
import { titleOf } from "../store/names";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { BadFilter, type Known, searchFor } from "../text/query";
import { useLasting } from "./useLasting";

/** How long typing must pause before what is held is looked through, which may be much, and before the server is asked. */
const SHORT_PAUSE = 80;
const PAUSE = 250;
/** Messages found at a time, and those that may be asked for at once. */
const PAGE = 20;
const MOST = 50;

/** Whether anything is looked for, whether the server is asked or cannot be, and whether it could answer. */
export type Standing = "idle" | "asking" | "offline" | "failed" | "complete";

interface Search {
  typed: string;
  command: SearchMessages;
  /** What the server found, once it was asked, and where it is to go on. */
  pages: Message[] | null;
  next: SearchPlace | null;
  held: Message[];
  /** So many are shown as long as the server was not asked. */
  size: number;
  /** There was no connection at some time: what is offered then stays until the server has said more. */
  wasOffline: boolean;
}

/** What is found: at once among what is held, and a moment after something was typed by the server. */
export function useSearch(typed: string, chatId: Id | null) {
  const isLive = useComputed(() => store.connection.value?.standing === "live", []);
  const [search, setSearch] = useState<Search | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const found = useMemo(() => (search ? foundBy(search) : []), [search]);
  const messages = search && !search.pages ? found.slice(0, search.size) : found;
  const latest = useRef({ search, found });
  latest.current = { search, found };

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks once more
  useEffect(() => {
    const last = latest.current.search?.typed === typed ? latest.current.search : null;
    if (last?.pages) return; // what was found stays when the connection comes and goes
    if (last && !isLive) setSearch({ ...last, wasOffline: true });
    const command = typed.trim() ? read(typed, chatId) : null;
    if (!command) {
      setSearch(null);
      setProblem(null);
      return;
    }
    let isCurrent = true;
    const timers = [setTimeout(() => void ask(command), PAUSE)];
    if (!(command instanceof BadFilter)) {
      if (!isLive) setProblem(null);
      if (!last) timers.push(setTimeout(() => void look(command), SHORT_PAUSE));
    }
    return () => {
      isCurrent = false;
      timers.forEach(clearTimeout);
    };

    async function look(command: SearchMessages) {
      // What was found before may be found again: it stays where it is until the server has said more.
      const held = [...latest.current.found, ...(await heldBy(command))];
      if (!isCurrent) return;
      setSearch({ typed, command, pages: null, next: null, held, size: PAGE, wasOffline: !isLive });
    }

    async function ask(command: SearchMessages | BadFilter) {
      if (command instanceof BadFilter) {
        setSearch(null);
        setProblem(t("search.bad_filter", { filter: command.message }));
        return;
      }
      if (!isLive) return;
      try {
        const pages: Message[] = [];
        let next: SearchPlace | null = null;
        let isMore = true;
        while (isMore) {
          const limit = Math.min(Math.max(missing(pages), pages.length ? 1 : PAGE), MOST);
          const page: SearchPage = await call({ ...command, limit, page: next });
          if (!isCurrent) return;
          pages.push(...page.messages);
          next = page.next;
          isMore = next !== null && page.messages.length > 0 && missing(pages) > 0;
        }
        const held = await heldBy(command);
        if (!isCurrent) return;
        setSearch({ typed, command, pages, next, held, size: PAGE, wasOffline: false });
        setProblem(null);
      } catch (error) {
        if (isCurrent) setProblem(explain(error));
      }
    }
  }, [typed, chatId, isLive, round]);

  /** How many the server has not told yet of those that were shown while there was no connection. */
  function missing(pages: Message[]): number {
    const { search, found } = latest.current;
    return (search?.wasOffline ? Math.min(search.size, found.length) : 0) - pages.length;
  }

  function again() {
    setProblem(null);
    setRound(value => value + 1);
  }

  async function more() {
    if (!search?.pages) return setSearch(search && { ...search, size: search.size + PAGE });
    const { command, pages } = search;
    const isCurrent = () => latest.current.search === search;
    try {
      const page = await call({ ...command, page: search.next });
      const held = await heldBy(command);
      if (!isCurrent()) return;
      setSearch({ ...search, pages: [...pages, ...page.messages], next: page.next, held });
      setProblem(null);
    } catch (error) {
      if (isCurrent()) setProblem(explain(error));
    }
  }

  const standing = standingOf(search, isLive, problem);
  const offered = found.length > messages.length && (standing !== "asking" || search?.wasOffline === true);
  return {
    messages: useLasting(messages),
    standing,
    hasMore: search?.pages ? search.next !== null : offered,
    more: () => void more(),
    again,
    problem,
  };
}

function standingOf(search: Search | null, isLive: boolean, problem: string | null): Standing {
  if (!search) return "idle";
  if (search.pages) return "complete";
  if (!isLive) return "offline";
  return problem === null ? "asking" : "failed";
}

function foundBy({ command, pages, next, held }: Search): Message[] {
  return merged(command, pages ?? [], held, next, store.serverTime());
}

/** Where such messages may be among: those of this tab, and those that the engine keeps in step. */
async function heldBy({ chat_id = null }: SearchMessages): Promise<Message[]> {
  const kept = await insist(to => to.held(chat_id));
  return [...store.messages(chat_id), ...kept];
}

function read(typed: string, chatId: Id | null): SearchMessages | BadFilter {
  try {
    return { ...searchFor(typed, known()), ...(chatId !== null && { chat_id: chatId }) };
  } catch (error) {
    if (error instanceof BadFilter) return error;
    throw error;
  }
}

function known(): Known {
  const chats = store.chats.values().map(({ chat }) => ({ chat, title: titleOf(chat) }));
  return { me: store.me.peek(), people: store.people.values(), chats };
}
