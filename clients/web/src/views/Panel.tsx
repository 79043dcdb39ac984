import { lazy, Suspense, useEffect } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { panel } from "../store/panel";
import { t } from "../text/i18n";
import { SidePanel } from "../ui/SidePanel";

const GroupInfo = lazy(() => import("./GroupInfo"));

const close = () => {
  panel.value = null;
};

/** What stands beside the conversation. What belongs to a chat goes with it. */
export function Panel({ open }: { open: Id | null }) {
  const shown = useValue(panel);
  const record = useValue(store.chats.at(shown?.chatId ?? 0));
  useEffect(() => {
    const chatId = panel.peek()?.chatId;
    if (chatId && chatId !== open) close();
  }, [open]);
  if (!shown || !record) return null;
  return (
    <SidePanel key={`${shown.name} ${shown.chatId}`} title={t(`panel.${shown.name}`)} onClose={close}>
      <Suspense fallback={null}>
        <GroupInfo record={record} />
      </Suspense>
    </SidePanel>
  );
}
