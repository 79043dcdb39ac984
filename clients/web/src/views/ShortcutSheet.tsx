import { isMac, SHORTCUTS } from "../store/shortcuts";
import { type MessageId, t } from "../text/i18n";
import { Dialog } from "../ui/Dialog";
import styles from "./ShortcutSheet.module.css";

/** All keys that do something. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("shortcut.title")} onClose={onClose}>
      {Object.entries(SHORTCUTS).map(([place, rows]) => (
        <section key={place} className={styles.part}>
          <h3>{t(`shortcut.in_${place}` as MessageId)}</h3>
          <dl>
            {Object.entries<readonly string[]>(rows).map(([action, keys]) => (
              <div key={action}>
                <dt>{t(`shortcut.${action}` as MessageId)}</dt>
                <dd>
                  {keys.map(key => (
                    <kbd key={key}>{spelled(key)}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

const SIGNS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  PageUp: "PgUp",
  PageDown: "PgDn",
  Escape: "Esc",
};

/** A combination as it stands on keyboards. */
function spelled(keys: string): string {
  const signs = keys.split("+").map(key => (key === "Mod" ? (isMac ? "⌘" : "Ctrl") : (SIGNS[key] ?? key)));
  return signs.join(isMac ? " " : "+");
}
