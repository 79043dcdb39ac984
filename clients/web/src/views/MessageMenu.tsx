import { Copy, Ellipsis, Pencil, Reply, SmilePlus, Trash2 } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import type { Message } from "../protocol";
import { call, store } from "../store/app";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button, IconButton } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { below, Menu, MenuItem, type Place } from "../ui/Menu";
import { say } from "../ui/toasts";
import type { Writing } from "./Conversation";
import styles from "./MessageMenu.module.css";
import { react } from "./Reactions";

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  message: Message;
  own: boolean;
  onWrite: (writing: Writing) => void;
}

/** What can be done with a message. */
export function MessageMenu({ message, own, at, onWrite, onClose }: Props & { at: Place; onClose: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  if (deleting) return <DeleteDialog message={message} onClose={onClose} />;
  return (
    <Menu at={at} label={t("message.actions")} onClose={() => deleting || onClose()}>
      <div className={styles.quick}>
        {QUICK.map(emoji => (
          <button
            key={emoji}
            type="button"
            role="menuitem"
            tabIndex={-1}
            aria-label={t("message.react_with", { emoji })}
            onClick={pick(() => react(message, emoji, !hasReacted(message, emoji)))}
          >
            {emoji}
          </button>
        ))}
      </div>
      <MenuItem icon={<Reply size={18} />} onPick={pick(() => onWrite({ kind: "reply", message }))}>
        {t("message.reply")}
      </MenuItem>
      {own && (
        <MenuItem icon={<Pencil size={18} />} onPick={pick(() => onWrite({ kind: "edit", message }))}>
          {t("message.edit")}
        </MenuItem>
      )}
      <MenuItem icon={<Copy size={18} />} onPick={pick(() => copy(message))}>
        {t("message.copy")}
      </MenuItem>
      {own && (
        <MenuItem icon={<Trash2 size={18} />} danger onPick={() => setDeleting(true)}>
          {t("message.delete")}
        </MenuItem>
      )}
    </Menu>
  );
}

type Shortcuts = RefObject<((key: string) => boolean) | null>;

/** The most frequent of these beside a message that the pointer is over; and the keys for them. */
export function Toolbar({
  message,
  own,
  onWrite,
  onMore,
  onShortcut,
}: Props & { onMore: (place: Place) => void; onShortcut: Shortcuts }) {
  const [deleting, setDeleting] = useState(false);
  useEffect(() => {
    onShortcut.current = key => {
      if (key === "r") onWrite({ kind: "reply", message });
      else if (key === "e" && own) onWrite({ kind: "edit", message });
      else if (key === "c") copy(message);
      else if (key === "Delete" && own) setDeleting(true);
      else return false;
      return true;
    };
  }, [message, own, onWrite, onShortcut]);
  return (
    <div className={styles.toolbar}>
      <IconButton label={t("message.react")} tabIndex={-1} onClick={event => onMore(below(event.currentTarget))}>
        <SmilePlus size={17} />
      </IconButton>
      <IconButton label={t("message.reply")} tabIndex={-1} onClick={() => onWrite({ kind: "reply", message })}>
        <Reply size={17} />
      </IconButton>
      <IconButton
        label={t("message.actions")}
        tabIndex={-1}
        aria-haspopup="menu"
        onClick={event => onMore(below(event.currentTarget))}
      >
        <Ellipsis size={17} />
      </IconButton>
      {deleting && <DeleteDialog message={message} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function DeleteDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const { chat_id, seq } = message;
  return (
    <Dialog title={t("message.delete_title")} onClose={onClose}>
      <p>{t("message.delete_text")}</p>
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          look="danger"
          autoFocus
          onClick={() => {
            onClose();
            call({ type: "message.delete", chat_id, seq }).catch(error => say(explain(error)));
          }}
        >
          {t("message.delete")}
        </Button>
      </Choices>
    </Dialog>
  );
}

function hasReacted(message: Message, emoji: string): boolean {
  const me = store.me.peek()?.id ?? 0;
  return message.reactions?.some(reaction => reaction.emoji === emoji && reaction.user_ids.includes(me)) ?? false;
}

function copy(message: Message): void {
  void navigator.clipboard.writeText(message.text).then(() => say(t("message.copied")));
}
