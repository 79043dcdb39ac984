import type { Id, JoinRequested } from "../protocol";
import type { ChatRecord } from "../state/records";
import { store } from "../store/app";
import { useNews } from "../store/news";
import { panel } from "../store/panel";
import { go, route } from "../store/router";
import { t } from "../text/i18n";
import { say } from "../ui/toasts";

/** Say in passing who asks to be let into a group that one manages, and that one was let into a group oneself. */
export function useJoinNews(): void {
  useNews(store.joins, news => {
    for (const one of news) if (one.type === "invite.requested") tellOfRequest(one);
  });
  useNews(store.arrivals, records => {
    for (const record of records) if (wasLetIn(record)) tellOfGroup(record);
  });
}

function tellOfRequest({ chat_id, user }: JoinRequested): void {
  const record = store.chats.peek(chat_id);
  const shown = panel.peek();
  const isListed = shown?.name === "group" && shown.chatId === chat_id && shown.requests;
  if (!record || isListed || store.relations.peek(user.id)?.blocked) return;
  say(t("group.asks", { name: user.display_name, title: record.chat.title }), {
    label: t("group.show_requests"),
    run: () => showRequests(chat_id),
    about: `requests ${chat_id}`,
  });
}

function showRequests(chatId: Id): void {
  go({ name: "chat", chatId });
  panel.value = { name: "group", chatId, requests: true };
}

/** The newest that it tells is that one came in by an invite. */
function wasLetIn({ last }: ChatRecord): boolean {
  return last?.notice?.type === "joined" && last.author_id === store.me.peek()?.id;
}

/** Whoever is about to join sees it anyway, and so does whoever is there already. */
function tellOfGroup({ chat }: ChatRecord): void {
  const at = route.peek();
  if (at.name === "join" || (at.name === "chat" && at.chatId === chat.id)) return;
  say(t("join.let_in", { title: chat.title }), {
    label: t("new.open"),
    run: () => go({ name: "chat", chatId: chat.id }),
    about: `chat ${chat.id}`,
  });
}
