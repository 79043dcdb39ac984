import { useEffect } from "react";
import type { Id } from "../protocol";
import type { ChatRecord } from "../state/records";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { panel, type Panel as Shown } from "../store/panel";
import { layOver } from "../store/router";
import { t } from "../text/i18n";
import { lazily } from "../ui/lazily";
import { SidePanel } from "../ui/SidePanel";

const GroupInfo = lazily(() => import("./GroupInfo"));
const Pins = lazily(() => import("./Pins"));
const Scheduled = lazily(() => import("./Scheduled"));
const Search = lazily(() => import("./Search"));

/** Where it lies over the conversation, as its style sheet has it. */
const isNarrow = matchMedia("(max-width: 1099px)");

const close = () => {
  panel.value = null;
};

/** What stands beside the conversation. What belongs to a chat goes with it. */
export function Panel({ open }: { open: Id | null }) {
  const shown = useValue(panel);
  const record = useValue(store.chats.at(shown?.chatId ?? 0));
  useEffect(() => {
    const { chatId = null } = panel.peek() ?? {};
    if (chatId !== null && chatId !== open) close();
  }, [open]);
  const isShown = shown !== null;
  useEffect(() => (isShown && isNarrow.matches ? layOver(close) : undefined), [isShown]);
  if (!shown || (shown.chatId !== null && !record)) return null;
  return (
    <SidePanel key={`${shown.name} ${shown.chatId}`} title={t(`panel.${shown.name}`)} onClose={close}>
      <Content shown={shown} record={record} />
    </SidePanel>
  );
}

function Content({ shown, record }: { shown: Shown; record: ChatRecord | undefined }) {
  switch (shown.name) {
    case "group":
      return record ? <GroupInfo record={record} /> : null;
    case "search":
      return <Search chatId={shown.chatId} />;
    case "pins":
      return <Pins chatId={shown.chatId} />;
    case "scheduled":
      return <Scheduled chatId={shown.chatId} />;
  }
}
