import { Archive, Bell, BellOff, Ellipsis, Eraser, MailOpen, Pin, PinOff, Trash2 } from "lucide-react";
import { useState } from "react";
import type { NotificationLevel, SetPreferences } from "../protocol";
import type { ChatRecord } from "../state/records";
import { call } from "../store/app";
import { panel } from "../store/panel";
import { go } from "../store/router";
import { isMuted } from "../store/store";
import { duration } from "../text/dates";
import { t } from "../text/i18n";
import { IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Tick } from "../ui/Field";
import { below, Menu, MenuChoice, MenuGroup, MenuItem, type Place } from "../ui/Menu";
import { attempt } from "./attempt";

const LEVELS: NotificationLevel[] = ["all", "mentions", "none"];
/** Seconds. */
const MUTES = [3600, 8 * 3600];
const FOR_EVER = Number.MAX_SAFE_INTEGER;

type Asking = "clear" | "delete";

/** What can be done with a chat as one has it oneself. */
export function ChatMenu({ record }: { record: ChatRecord }) {
  const [menu, setMenu] = useState<Place | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  return (
    <>
      <IconButton label={t("chat.actions")} aria-haspopup="menu" onClick={event => setMenu(below(event.currentTarget))}>
        <Ellipsis size={20} strokeWidth={1.75} />
      </IconButton>
      {menu && <Items record={record} at={menu} onAsk={setAsking} onClose={() => setMenu(null)} />}
      {asking && <Ask record={record} asking={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

interface ItemsProps {
  record: ChatRecord;
  at: Place;
  onAsk: (asking: Asking) => void;
  onClose: () => void;
}

function Items({ record, at, onAsk, onClose }: ItemsProps) {
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
      <MenuItem
        icon={<Pin size={18} />}
        onPick={pick(() => {
          panel.value = { name: "pins", chatId: chat.id };
        })}
      >
        {t("panel.pins")}
      </MenuItem>
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
          go({ name: "chats" });
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
    </Menu>
  );
}

function Ask({ record: { chat }, asking, onClose }: { record: ChatRecord; asking: Asking; onClose: () => void }) {
  const [delete_mine, setDeleteMine] = useState(false);
  const chat_id = chat.id;
  async function doIt() {
    if (asking === "clear") await attempt(call({ type: "chat.clear", chat_id, delete_mine }));
    else if (await attempt(call({ type: "chat.delete", chat_id, delete_mine }))) go({ name: "chats" });
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
