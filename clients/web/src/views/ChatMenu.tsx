import {
  Archive,
  Bell,
  BellOff,
  CalendarDays,
  Ellipsis,
  Eraser,
  LogOut,
  MailOpen,
  Pin,
  PinOff,
  Timer,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import type { NotificationLevel, SetPreferences } from "../protocol";
import type { ChatRecord } from "../state/records";
import { reaches } from "../state/roles";
import { call } from "../store/app";
import { panel } from "../store/panel";
import { go } from "../store/router";
import { isMuted } from "../store/store";
import { duration } from "../text/dates";
import { t } from "../text/i18n";
import { IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Tick } from "../ui/Field";
import { lazily } from "../ui/lazily";
import { below, Menu, MenuChoice, MenuGroup, MenuItem, type Place } from "../ui/Menu";
import { attempt } from "./attempt";
import { LeaveGroup } from "./LeaveGroup";

const Disappearing = lazily(() => import("./Disappearing"));
const GoToDate = lazily(() => import("./GoToDate"));

const LEVELS: NotificationLevel[] = ["all", "mentions", "none"];
/** Seconds. */
const MUTES = [3600, 8 * 3600];
const FOR_EVER = Number.MAX_SAFE_INTEGER;

type Asking = "clear" | "delete" | "leave" | "date" | "disappearing";

/** What can be done with a chat that is open. */
export function ChatMenu({ record }: { record: ChatRecord }) {
  const [menu, setMenu] = useState<Place | null>(null);
  return (
    <>
      <IconButton label={t("chat.actions")} aria-haspopup="menu" onClick={event => setMenu(below(event.currentTarget))}>
        <Ellipsis size={20} strokeWidth={1.75} />
      </IconButton>
      <ChatActions record={record} isOpen at={menu} onClose={() => setMenu(null)} />
    </>
  );
}

interface Props {
  record: ChatRecord;
  isOpen: boolean;
  /** Where the menu is; null while it is not wanted. */
  at: Place | null;
  onClose: () => void;
}

/** What can be done with a chat as one has it oneself. */
export function ChatActions({ record, isOpen, at, onClose }: Props) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const end = () => setAsking(null);
  return (
    <>
      {at && <Items record={record} isOpen={isOpen} at={at} onAsk={setAsking} onClose={onClose} />}
      {asking === "date" && <GoToDate chatId={record.chat.id} from={Date.now()} onClose={end} />}
      {asking === "disappearing" && <Disappearing chat={record.chat} onClose={end} />}
      {asking === "leave" && <LeaveGroup chatId={record.chat.id} isOpen={isOpen} onClose={end} />}
      {(asking === "clear" || asking === "delete") && (
        <Ask record={record} isOpen={isOpen} asking={asking} onClose={end} />
      )}
    </>
  );
}

interface ItemsProps {
  record: ChatRecord;
  isOpen: boolean;
  at: Place;
  onAsk: (asking: Asking) => void;
  onClose: () => void;
}

function Items({ record, isOpen, at, onAsk, onClose }: ItemsProps) {
  const { chat, mine } = record;
  const { prefs } = mine;
  const set = (chosen: Partial<SetPreferences>) => () => {
    onClose();
    void attempt(call({ type: "chat.prefs", chat_id: chat.id, ...chosen }));
  };
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  return (
    <Menu at={at} label={t("chat.actions")} onClose={onClose}>
      {isOpen && (
        <>
          <MenuItem
            icon={<Pin size={18} />}
            onPick={pick(() => {
              panel.value = { name: "pins", chatId: chat.id };
            })}
          >
            {t("panel.pins")}
          </MenuItem>
          <MenuItem icon={<CalendarDays size={18} />} onPick={pick(() => onAsk("date"))}>
            {t("chat.go_to_date")}
          </MenuItem>
          {maySetDisappearing(record) && (
            <MenuItem icon={<Timer size={18} />} onPick={pick(() => onAsk("disappearing"))}>
              {t("disappearing.title")}
            </MenuItem>
          )}
        </>
      )}
      {isMuted(record) ? (
        <MenuItem icon={<Bell size={18} />} onPick={set({ muted_until: 0 })}>
          {t("chat.unmute")}
        </MenuItem>
      ) : (
        <>
          {MUTES.map(seconds => (
            <MenuItem
              key={seconds}
              icon={<BellOff size={18} />}
              onPick={() => set({ muted_until: Date.now() + seconds * 1000 })()}
            >
              {t("chat.mute_for", { time: duration(seconds) })}
            </MenuItem>
          ))}
          <MenuItem icon={<BellOff size={18} />} onPick={set({ muted_until: FOR_EVER })}>
            {t("chat.mute")}
          </MenuItem>
        </>
      )}
      <MenuGroup label={t("chat.level")}>
        {LEVELS.map(level => (
          <MenuChoice key={level} chosen={(prefs?.level ?? "all") === level} onPick={set({ level })}>
            {t(`chat.level_${level}`)}
          </MenuChoice>
        ))}
      </MenuGroup>
      <MenuItem
        icon={prefs?.pinned_at ? <PinOff size={18} /> : <Pin size={18} />}
        onPick={set({ pinned: !prefs?.pinned_at })}
      >
        {t(prefs?.pinned_at ? "chat.unpin" : "chat.pin")}
      </MenuItem>
      <MenuItem icon={<Archive size={18} />} onPick={set({ archived: !prefs?.archived })}>
        {t(prefs?.archived ? "chat.unarchive" : "chat.archive")}
      </MenuItem>
      <MenuItem
        icon={<MailOpen size={18} />}
        onPick={pick(() => {
          set({ marked_unread: true })();
          if (isOpen) go({ name: "chats" });
        })}
      >
        {t("chat.mark_unread")}
      </MenuItem>
      <MenuItem icon={<Eraser size={18} />} danger onPick={pick(() => onAsk("clear"))}>
        {t("chat.clear")}
      </MenuItem>
      {chat.kind === "direct" && (
        <MenuItem icon={<Trash2 size={18} />} danger onPick={pick(() => onAsk("delete"))}>
          {t("chat.delete")}
        </MenuItem>
      )}
      {chat.kind === "group" && (
        <MenuItem icon={<LogOut size={18} />} danger onPick={pick(() => onAsk("leave"))}>
          {t("group.leave")}
        </MenuItem>
      )}
    </Menu>
  );
}

/** Among two, both may; what one writes to oneself stays. */
function maySetDisappearing({ chat, mine }: ChatRecord): boolean {
  return chat.kind === "direct" || (chat.kind === "group" && reaches(mine.role, "admin"));
}

interface AskProps {
  record: ChatRecord;
  isOpen: boolean;
  asking: "clear" | "delete";
  onClose: () => void;
}

function Ask({ record: { chat }, isOpen, asking, onClose }: AskProps) {
  const [delete_mine, setDeleteMine] = useState(false);
  const chat_id = chat.id;
  async function doIt() {
    if (asking === "clear") await attempt(call({ type: "chat.clear", chat_id, delete_mine }));
    else if ((await attempt(call({ type: "chat.delete", chat_id, delete_mine }))) && isOpen) go({ name: "chats" });
  }
  return (
    <Confirm
      title={t(`chat.${asking}`)}
      text={t(`chat.${asking}_text`)}
      action={t(`chat.${asking}`)}
      onClose={onClose}
      onPick={() => void doIt()}
    >
      <Tick checked={delete_mine} onValue={setDeleteMine}>
        {t("group.leave_delete")}
      </Tick>
    </Confirm>
  );
}
