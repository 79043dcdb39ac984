import { useEffect, useState } from "react";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { reloadNewest } from "../store/updates";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import styles from "./ConnectionLine.module.css";

/** Shorter breaks are not worth a word. */
const WORTH_A_WORD = 2000;

/** A thin line while there is no connection, or while what was missed is fetched. */
export function ConnectionLine() {
  const connection = useValue(store.connection);
  const downSince = connection?.down_since ?? null;
  const late = useLate(downSince);
  if (connection?.standing === "turned_away") {
    return (
      <p className={styles.line} role="alert">
        {t("connection.turned_away")}
        <Button onClick={() => void reloadNewest()}>{t("update.reload")}</Button>
      </p>
    );
  }
  if (!late) return null;
  if (connection?.standing === "syncing") return <div className={styles.syncing} />;
  return (
    <p className={styles.line} role="status">
      {t("connection.offline")}
    </p>
  );
}

function useLate(since: number | null): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (since === null) return;
    const timer = setTimeout(() => setLate(true), Math.max(0, since + WORTH_A_WORD - Date.now()));
    return () => clearTimeout(timer);
  }, [since]);
  return late;
}
