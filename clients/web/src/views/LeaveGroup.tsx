import { useState } from "react";
import type { Id } from "../protocol";
import { call } from "../store/app";
import { go } from "../store/router";
import { t } from "../text/i18n";
import { Confirm } from "../ui/Confirm";
import { Tick } from "../ui/Field";
import { attempt } from "./attempt";

interface Props {
  chatId: Id;
  isOpen: boolean;
  onClose: () => void;
}

/** Asks whether one really leaves a group, and what becomes of what one said there. */
export function LeaveGroup({ chatId, isOpen, onClose }: Props) {
  const [withMine, setWithMine] = useState(false);
  async function leave() {
    const isLeft = await attempt(call({ type: "chat.leave", chat_id: chatId, delete_mine: withMine }));
    if (isLeft && isOpen) go({ name: "chats" }, { replace: true });
  }
  return (
    <Confirm
      title={t("group.leave")}
      text={t("group.leave_text")}
      action={t("group.leave")}
      onClose={onClose}
      onPick={() => void leave()}
    >
      <Tick checked={withMine} onValue={setWithMine}>
        {t("group.leave_delete")}
      </Tick>
    </Confirm>
  );
}
