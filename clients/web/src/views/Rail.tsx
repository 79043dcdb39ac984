import { Bookmark, LogOut, MessageSquare, Settings, Shield, Users } from "lucide-react";
import { useState } from "react";
import type { Choice } from "../protocol";
import { call, store } from "../store/app";
import { useValue } from "../store/hooks";
import { go, route } from "../store/router";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { classes } from "../ui/classes";
import { below, Menu, MenuChoice, MenuGroup, MenuItem, type Place } from "../ui/Menu";
import { say } from "../ui/toasts";
import { openSaved } from "./people";
import styles from "./Rail.module.css";
import { signOut } from "./SignOut";

/** The parts of the app, and one's own account. */
export function Rail() {
  const me = useValue(store.me);
  const unread = useValue(store.unread);
  const { name } = useValue(route);
  const [menu, setMenu] = useState<Place | null>(null);
  const inChats = name === "chats" || name === "chat";
  return (
    <nav className={styles.rail} aria-label={t("nav.main")}>
      <button
        type="button"
        className={classes(styles.item, inChats && styles.here)}
        aria-current={inChats ? "page" : undefined}
        aria-label={t("nav.chats")}
        title={t("nav.chats")}
        onClick={() => go({ name: "chats" })}
      >
        <MessageSquare size={20} strokeWidth={1.75} />
        {unread > 0 && <span className={styles.dot} />}
      </button>
      <FriendsItem isHere={name === "friends"} />
      {me && (
        <button
          type="button"
          className={styles.me}
          aria-label={t("nav.account")}
          title={me.display_name}
          aria-haspopup="menu"
          onClick={event => setMenu(below(event.currentTarget))}
        >
          <Avatar id={me.id} name={me.display_name} size="small" />
        </button>
      )}
      {menu && <AccountMenu at={menu} onClose={() => setMenu(null)} />}
    </nav>
  );
}

function FriendsItem({ isHere }: { isHere: boolean }) {
  const requests = useValue(store.requests);
  const waiting = requests ? `, ${t("friends.waiting", { count: requests })}` : "";
  return (
    <button
      type="button"
      className={classes(styles.item, isHere && styles.here)}
      aria-current={isHere ? "page" : undefined}
      aria-label={t("nav.friends") + waiting}
      title={t("nav.friends")}
      onClick={() => go({ name: "friends" })}
    >
      <Users size={20} strokeWidth={1.75} />
      {requests > 0 && <span className={styles.dot} />}
    </button>
  );
}

const SHOWN: Choice[] = ["auto", "dnd", "invisible"];

function AccountMenu({ at, onClose }: { at: Place; onClose: () => void }) {
  const status = useValue(store.status);
  const show = (choice: Choice) => {
    onClose();
    const { text, until } = status ?? { text: "", until: null };
    call({ type: "status.set", status: choice, text, until }).catch(error => say(explain(error)));
  };
  return (
    <Menu at={at} label={t("nav.account")} onClose={onClose}>
      <MenuGroup label={t("status.show")}>
        {SHOWN.map(choice => (
          <MenuChoice key={choice} chosen={(status?.status ?? "auto") === choice} onPick={() => show(choice)}>
            {t(`status.${choice}`)}
          </MenuChoice>
        ))}
      </MenuGroup>
      <MenuItem
        icon={<Bookmark size={18} />}
        onPick={() => {
          onClose();
          void openSaved();
        }}
      >
        {t("chat.saved")}
      </MenuItem>
      <MenuItem
        icon={<Settings size={18} />}
        onPick={() => {
          onClose();
          go({ name: "settings" });
        }}
      >
        {t("nav.settings")}
      </MenuItem>
      <MenuItem icon={<Shield size={18} />} onPick={() => window.open("/privacy", "_blank", "noopener")}>
        {t("nav.privacy")}
      </MenuItem>
      <MenuItem
        icon={<LogOut size={18} />}
        onPick={() => {
          onClose();
          signOut();
        }}
      >
        {t("nav.sign_out")}
      </MenuItem>
    </Menu>
  );
}
