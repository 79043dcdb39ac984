import {
  CheckCheck,
  CheckSquare,
  Copy,
  Ellipsis,
  EyeOff,
  Flag,
  Forward,
  History,
  Link,
  Pencil,
  Pin,
  PinOff,
  Plus,
  Reply,
  SmilePlus,
  Trash2,
} from "lucide-react";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Id, Message } from "../protocol";
import { may } from "../state/roles";
import { call, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf } from "../store/names";
import { pathOf } from "../store/router";
import { choose } from "../store/selection";
import type { MessageAction } from "../store/shortcuts";
import type { Writing } from "../store/writing";
import { t } from "../text/i18n";
import { toType } from "../text/mentions";
import { IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { lazily } from "../ui/lazily";
import { below, Menu, MenuItem, MenuNote, type Place } from "../ui/Menu";
import { attempt } from "./attempt";
import { putOnClipboard } from "./clipboard";
import { pin, react, remove } from "./deeds";
import styles from "./MessageMenu.module.css";
import { namedBy } from "./mentionable";
import { readBy } from "./Ticks";

const EmojiPicker = lazily(() => import("./EmojiPicker"));
const Edits = lazily(() => import("./Edits"));
const ForwardTo = lazily(() => import("./Forward"));
const Report = lazily(() => import("./Report"));

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

interface Props {
  message: Message;
  own: boolean;
  onWrite: (writing: Writing) => void;
}

/** What can be done with a message. */
export function MessageMenu({ message, own, at, onWrite, onClose }: Props & { at: Place; onClose: () => void }) {
  const [asking, setAsking] = useState<"delete" | "emoji" | "forward" | "edits" | "report" | null>(null);
  const { chat_id, seq } = message;
  const isPinned = message.pinned_at != null;
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  if (asking === "delete") return <DeleteDialog message={message} onClose={onClose} />;
  if (asking === "emoji") return <ReactionPicker message={message} at={at} onClose={onClose} />;
  if (asking === "forward") return <ForwardTo messages={[message]} onClose={onClose} />;
  if (asking === "report") return <ReportDialog message={message} onClose={onClose} />;
  if (asking === "edits") return <Edits message={message} own={own} onClose={onClose} />;
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
            onClick={pick(() => react(message, emoji))}
          >
            {emoji}
          </button>
        ))}
        <button
          type="button"
          role="menuitem"
          tabIndex={-1}
          aria-label={t("message.react_more")}
          title={t("message.react_more")}
          onClick={() => setAsking("emoji")}
        >
          <Plus size={18} />
        </button>
      </div>
      {mayThere(message, "may_send") && (
        <MenuItem icon={<Reply size={18} />} onPick={pick(() => onWrite({ kind: "reply", message }))}>
          {t("message.reply")}
        </MenuItem>
      )}
      {own && mayThere(message, "may_send") && (
        <MenuItem icon={<Pencil size={18} />} onPick={pick(() => onWrite({ kind: "edit", message }))}>
          {t("message.edit")}
        </MenuItem>
      )}
      <MenuItem icon={<Copy size={18} />} onPick={pick(() => copy([message]))}>
        {t("message.copy")}
      </MenuItem>
      <MenuItem icon={<Link size={18} />} onPick={pick(() => copyLink(message))}>
        {t("message.copy_link")}
      </MenuItem>
      <MenuItem icon={<Forward size={18} />} onPick={() => setAsking("forward")}>
        {t("message.forward")}
      </MenuItem>
      <MenuItem icon={<CheckSquare size={18} />} onPick={pick(() => choose(message))}>
        {t("message.select")}
      </MenuItem>
      {mayThere(message, "may_pin") && (
        <MenuItem
          icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />}
          onPick={pick(() => pin(message, !isPinned))}
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
      {!own && (
        <MenuItem icon={<Flag size={18} />} onPick={() => setAsking("report")}>
          {t("report.report")}
        </MenuItem>
      )}
      {mayDelete(message) && (
        <MenuItem icon={<Trash2 size={18} />} danger onPick={() => setAsking("delete")}>
          {t("message.delete")}
        </MenuItem>
      )}
      {own && <ReadBy message={message} />}
    </Menu>
  );
}

/** In a group the ticks do not say by how many. */
function ReadBy({ message }: { message: Message }) {
  const { chat_id, author_id } = message;
  const roster = useValue(store.rosters.at(chat_id));
  const isGroup = store.chats.peek(chat_id)?.chat.kind === "group";
  const text = roster && isGroup && readBy(message, roster, author_id);
  return text ? <MenuNote icon={<CheckCheck size={18} />}>{text}</MenuNote> : null;
}

function ReportDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const name = useComputed(() => nameOf(message.author_id), [message]);
  return <Report userId={message.author_id} name={name} message={message} onClose={onClose} />;
}

function ReactionPicker({ message, at, onClose }: { message: Message; at: Place; onClose: () => void }) {
  return <EmojiPicker at={at} onPick={emoji => react(message, emoji)} onClose={onClose} />;
}

type Shortcuts = RefObject<((action: MessageAction) => boolean) | null>;

/** The most frequent of these beside a message that the pointer is over; and the keys for them. */
export function Toolbar({
  message,
  own,
  onWrite,
  onMore,
  onShortcut,
}: Props & { onMore: (place: Place) => void; onShortcut: Shortcuts }) {
  const [deleting, setDeleting] = useState(false);
  const [picking, setPicking] = useState<Place | null>(null);
  const record = useValue(store.chats.at(message.chat_id));
  const mayReply = record !== undefined && may(record, "may_send");
  const toolbar = useRef<HTMLDivElement>(null);
  // At once: a key may follow the focus at which this was made.
  useLayoutEffect(() => {
    onShortcut.current = action => {
      if (action === "reply" && mayThere(message, "may_send")) onWrite({ kind: "reply", message });
      else if (action === "react") setPicking(below(toolbar.current!));
      else if (action === "edit" && own && mayThere(message, "may_send")) onWrite({ kind: "edit", message });
      else if (action === "copy") copy([message]);
      else if (action === "delete" && mayDelete(message)) setDeleting(true);
      else return false;
      return true;
    };
  }, [message, own, onWrite, onShortcut]);
  return (
    <div ref={toolbar} className={styles.toolbar}>
      <IconButton label={t("message.react")} tabIndex={-1} onClick={event => onMore(below(event.currentTarget))}>
        <SmilePlus size={17} />
      </IconButton>
      {mayReply && (
        <IconButton label={t("message.reply")} tabIndex={-1} onClick={() => onWrite({ kind: "reply", message })}>
          <Reply size={17} />
        </IconButton>
      )}
      <IconButton
        label={t("message.actions")}
        tabIndex={-1}
        aria-haspopup="menu"
        onClick={event => onMore(below(event.currentTarget))}
      >
        <Ellipsis size={17} />
      </IconButton>
      {deleting && <DeleteDialog message={message} onClose={() => setDeleting(false)} />}
      {picking && <ReactionPicker message={message} at={picking} onClose={() => setPicking(null)} />}
    </div>
  );
}

function DeleteDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  return (
    <Confirm
      title={t("message.delete_title")}
      text={t("message.delete_text")}
      action={t("message.delete")}
      onPick={() => remove(message)}
      onClose={onClose}
    />
  );
}

/** Put what they say on the clipboard, with who said it where several did. */
export function copy(messages: { text: string; author_id?: Id }[]): void {
  const authors = new Set(messages.map(message => message.author_id));
  const lines = messages.map(({ text, author_id = 0 }) => {
    const said = toType(text, namedBy(text, new Map()));
    return authors.size > 1 ? `${nameOf(author_id)}: ${said}` : said;
  });
  putOnClipboard(lines.join("\n"));
}

/** Put the address of a message on the clipboard. */
function copyLink({ chat_id, seq }: Message): void {
  putOnClipboard(location.origin + pathOf({ name: "chat", chatId: chat_id, seq }));
}

/** Whether one may do this in the chat of a message. */
export function mayThere(message: Message, what: Parameters<typeof may>[1]): boolean {
  const record = store.chats.peek(message.chat_id);
  return record !== undefined && may(record, what);
}

/** Whether one may take a message away from everybody. */
export function mayDelete(message: Message): boolean {
  const own = message.author_id === store.me.peek()?.id;
  return own || (store.chats.peek(message.chat_id)?.chat.kind === "group" && mayThere(message, "may_delete"));
}
