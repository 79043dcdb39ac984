import { useEffect, useState } from "react";
import { useValue } from "../store/hooks";
import { composing, takeUpdate, takingUpdate, updateReady } from "../store/updates";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import styles from "./ConnectionLine.module.css";

/** A thin line when a newer version waits to be loaded. It does not turn up under the hands of somebody who writes. */
export function UpdateLine() {
  const ready = useValue(updateReady);
  const taking = useValue(takingUpdate);
  const writing = useValue(composing);
  const [shown, show] = useState(false);
  useEffect(() => {
    if (!ready) show(false);
    else if (!writing) show(true);
  }, [ready, writing]);
  if (!shown) return null;
  return (
    <p className={styles.line} role="status">
      {t(taking ? "update.once_sent" : "update.ready")}
      {!taking && <Button onClick={takeUpdate}>{t("update.reload")}</Button>}
    </p>
  );
}
