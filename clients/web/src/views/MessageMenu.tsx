import { Copy, Ellipsis, EyeOff, Forward, History, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from "lucide-react";
import { lazy, type RefObject, Suspense, useEffect, useState } from "react";
import type { Message } from "../protocol";
import { reaches } from "../state/roles";
import { call, store } from "../store/app";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button, IconButton } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { below, Menu, MenuItem, type Place } from "../ui/Menu";
import { say } from "../ui/toasts";
import { attempt } from "./attempt";
import type { Writing } from "./Conversation";
import styles from "./MessageMenu.module.css";
import { react } from "./Reactions";

const Edits = lazy(() => import("./Edits"));
const ForwardTo = lazy(() => import("./Forward"));

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  message: Message;
  own: boolean;
  onWrite: (writing: Writing) => void;
}

/** What can be done with a message. */
export function MessageMenu({ message, own, at, onWrite, onClose }: Props & { at: Place; onClose: () => void }) {
  const [asking, setAsking] = useState<"delete" | "forward" | "edits" | null>(null);
  const { chat_id, seq } = message;
  const isPinned = message.pinned_at != null;
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  if (asking === "delete") return <DeleteDialog message={message} onClose={onClose} />;
  if (asking) {
    return (
      <Suspense fallback={null}>
        {asking === "forward" ? (
          <ForwardTo message={message} onClose={onClose} />
        ) : (
          <Edits message={message} own={own} onClose={onClose} />
        )}
      </Suspense>
    );
  }
  return (
    <Menu at={at} label={t("message.actions")} onClose={() => asking || onClose()}>
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
      <MenuItem icon={<Forward size={18} />} onPick={() => setAsking("forward")}>
        {t("message.forward")}
      </MenuItem>
      {may(message, "may_pin") && (
        <MenuItem
          icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />}
          onPick={pick(() => void attempt(call({ type: isPinned ? "message.unpin" : "message.pin", chat_id, seq })))}
        >
          {t(isPinned ? "message.unpin" : "message.pin")}
        </MenuItem>
      )}
      {message.edited_at != null && (
        <MenuItem icon={<History size={18} />} onPick={() => setAsking("edits")}>
          {t("message.edits")}
        </MenuItem>
      )}
      <MenuItem
        icon={<EyeOff size={18} />}
        onPick={pick(() => void attempt(call({ type: "message.hide", chat_id, seqs: [seq] })))}
      >
        {t("message.hide")}
      </MenuItem>
      {mayDelete(message, own) && (
        <MenuItem icon={<Trash2 size={18} />} danger onPick={() => setAsking("delete")}>
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
      else if (key === "Delete" && mayDelete(message, own)) setDeleting(true);
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

/** Whether one may do this in the chat of a message. */
function may(message: Message, what: "may_pin" | "may_delete"): boolean {
  const record = store.chats.peek(message.chat_id);
  return record !== undefined && (record.chat.kind !== "group" || reaches(record.mine.role, record.chat[what]));
}

function mayDelete(message: Message, own: boolean): boolean {
  return own || (store.chats.peek(message.chat_id)?.chat.kind === "group" && may(message, "may_delete"));
}
