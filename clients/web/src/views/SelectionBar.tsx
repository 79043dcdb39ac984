import { Copy, EyeOff, Forward, Trash2, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { Id, Message } from "../protocol";
import { call } from "../store/app";
import { useComputed } from "../store/hooks";
import { selection, stopChoosing } from "../store/selection";
import { useShortcut } from "../store/shortcuts";
import { t } from "../text/i18n";
import { IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { lazily } from "../ui/lazily";
import { attempt } from "./attempt";
import { remove } from "./deeds";
import { copy, mayDelete } from "./MessageMenu";
import styles from "./SelectionBar.module.css";

const ForwardTo = lazily(() => import("./Forward"));

/** What can be done with the messages that are chosen, in place of the line to write in. */
export function SelectionBar({ chatId }: { chatId: Id }) {
  const [asking, setAsking] = useState<"forward" | "delete" | null>(null);
  const chosen = useComputed(() => inOrder(selection.value?.messages.values() ?? []), []);
  const none = chosen.length === 0;
  useShortcut("cancel", stopChoosing);
  // They belong to this visit of the chat.
  useEffect(() => stopChoosing, []);
  const finish = (work: () => void) => () => {
    work();
    stopChoosing();
  };
  const seqs = chosen.map(message => message.seq);
  return (
    <footer className={styles.bar} role="toolbar" aria-label={t("selection.title")} data-region="selection">
      <IconButton label={t("selection.stop")} onClick={stopChoosing}>
        <X size={20} />
      </IconButton>
      <p aria-live="polite">
        <span className={styles.said}>{t("selection.count", { count: chosen.length })}</span>
        <span className={styles.number} aria-hidden="true">
          {chosen.length}
        </span>
      </p>
      <IconButton label={t("message.forward")} disabled={none} onClick={() => setAsking("forward")}>
        <Forward size={20} />
      </IconButton>
      <IconButton label={t("message.copy")} disabled={none} onClick={finish(() => copy(chosen))}>
        <Copy size={20} />
      </IconButton>
      <IconButton
        label={t("message.hide")}
        disabled={none}
        onClick={finish(() => void attempt(call({ type: "message.hide", chat_id: chatId, seqs })))}
      >
        <EyeOff size={20} />
      </IconButton>
      {!none && chosen.every(mayDelete) && (
        <IconButton label={t("message.delete")} onClick={() => setAsking("delete")}>
          <Trash2 size={20} />
        </IconButton>
      )}
      {asking === "forward" && <ForwardTo messages={chosen} onClose={() => setAsking(null)} />}
      {asking === "delete" && (
        <Confirm
          title={t("selection.delete_title", { count: chosen.length })}
          text={t("selection.delete_text")}
          action={t("message.delete")}
          onPick={finish(() => chosen.forEach(remove))}
          onClose={() => setAsking(null)}
        />
      )}
    </footer>
  );
}

function inOrder(messages: Iterable<Message>): Message[] {
  return [...messages].sort((one, other) => one.seq - other.seq);
}
