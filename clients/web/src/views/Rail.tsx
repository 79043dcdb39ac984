import { LogOut, MessageSquare, Shield, Users } from "lucide-react";
import { useState } from "react";
import { engine, store } from "../store/app";
import { useValue } from "../store/hooks";
import { type Preferences, prefer, preferences } from "../store/preferences";
import { go, route } from "../store/router";
import { LOCALES, type Locale, t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { classes } from "../ui/classes";
import { below, Menu, MenuChoice, MenuGroup, MenuItem, type Place } from "../ui/Menu";
import styles from "./Rail.module.css";

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

const THEMES: Preferences["theme"][] = ["system", "light", "dark"];
const DENSITIES: Preferences["density"][] = ["comfortable", "compact"];

function AccountMenu({ at, onClose }: { at: Place; onClose: () => void }) {
  const chosen = useValue(preferences);
  return (
    <Menu at={at} label={t("nav.account")} onClose={onClose}>
      <MenuGroup label={t("nav.theme")}>
        {THEMES.map(theme => (
          <MenuChoice key={theme} chosen={chosen.theme === theme} onPick={() => prefer({ theme })}>
            {t(`nav.theme_${theme}`)}
          </MenuChoice>
        ))}
      </MenuGroup>
      <MenuGroup label={t("nav.density")}>
        {DENSITIES.map(density => (
          <MenuChoice key={density} chosen={chosen.density === density} onPick={() => prefer({ density })}>
            {t(`nav.density_${density}`)}
          </MenuChoice>
        ))}
      </MenuGroup>
      <MenuGroup label={t("nav.language")}>
        {(Object.keys(LOCALES) as Locale[]).map(language => (
          <MenuChoice key={language} chosen={chosen.language === language} onPick={() => prefer({ language })}>
            {LOCALES[language]}
          </MenuChoice>
        ))}
      </MenuGroup>
      <MenuItem icon={<Shield size={18} />} onPick={() => window.open("/privacy", "_blank", "noopener")}>
        {t("nav.privacy")}
      </MenuItem>
      <MenuItem icon={<LogOut size={18} />} onPick={() => void engine.signOut()}>
        {t("nav.sign_out")}
      </MenuItem>
    </Menu>
  );
}
