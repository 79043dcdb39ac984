import { lazy, Suspense, useEffect } from "react";
import type { Id } from "../protocol";
import type { ChatRecord } from "../state/records";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { panel, type Panel as Shown } from "../store/panel";
import { t } from "../text/i18n";
import { SidePanel } from "../ui/SidePanel";

const GroupInfo = lazy(() => import("./GroupInfo"));
const Pins = lazy(() => import("./Pins"));
const Search = lazy(() => import("./Search"));

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
  if (!shown || (shown.chatId !== null && !record)) return null;
  return (
    <SidePanel key={`${shown.name} ${shown.chatId}`} title={t(`panel.${shown.name}`)} onClose={close}>
      <Suspense fallback={null}>
        <Content shown={shown} record={record} />
      </Suspense>
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
  }
}
