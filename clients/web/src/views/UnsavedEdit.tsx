import { Copy, Pencil, X } from "lucide-react";
import type { Id } from "../protocol";
import { engine, store } from "../store/app";
import { useComputed } from "../store/hooks";
import { windowOf } from "../store/windows";
import type { Writing } from "../store/writing";
import { explainFailure } from "../text/failures";
import { t } from "../text/i18n";
import { IconButton } from "../ui/Button";
import { copy } from "./MessageMenu";
import styles from "./UnsavedEdit.module.css";

interface Props {
  chatId: Id;
  writing: Writing;
  onWrite: (writing: Writing) => void;
}

/** What a message of one's own was to say instead, where the server refused: to be tried again, copied or given up. */
export function UnsavedEdit({ chatId, writing, onWrite }: Props) {
  const deed = useComputed(
    () => store.deeds.value.findLast(({ reason, message }) => reason && message.chat_id === chatId),
    [chatId],
  );
  if (deed?.command.type !== "message.edit" || !deed.reason) return null;
  const { id, command, reason } = deed;
  const message = windowOf(chatId).peek(deed.message.seq) ?? deed.message;
  if (writing.kind === "edit" && writing.message.seq === message.seq) return null;
  return (
    <section className={styles.unsaved} aria-label={t("edit.unsaved")}>
      <div>
        <b>{t("edit.unsaved")}</b>
        <p>{explainFailure(reason)}</p>
        <p className={styles.text} dir="auto">
          {command.text}
        </p>
      </div>
      <span className={styles.ways}>
        {message.deleted_at == null && (
          <IconButton label={t("edit.again")} onClick={() => onWrite({ kind: "edit", message, text: command.text })}>
            <Pencil size={17} />
          </IconButton>
        )}
        <IconButton label={t("message.copy")} onClick={() => copy([command])}>
          <Copy size={17} />
        </IconButton>
        <IconButton label={t("message.discard")} onClick={() => void engine.dismiss(id)}>
          <X size={17} />
        </IconButton>
      </span>
    </section>
  );
}
