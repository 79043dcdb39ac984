import { useState } from "react";
import type { WarningNote } from "../protocol";
import { call, store } from "../store/app";
import { useValue } from "../store/hooks";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { say } from "../ui/toasts";
import styles from "./Warnings.module.css";

/** What the operators tell somebody, on each device until it was read on one. */
export function Warnings() {
  const warnings = useValue(store.warnings);
  if (!warnings.length) return null;
  return (
    <section className={styles.warnings} aria-label={t("warning.label")} tabIndex={0}>
      {warnings.map(warning => (
        <Warning key={warning.id} warning={warning} />
      ))}
    </section>
  );
}

function Warning({ warning }: { warning: WarningNote }) {
  const [busy, setBusy] = useState(false);

  async function dismiss() {
    setBusy(true);
    try {
      await call({ type: "warning.dismiss", warning_id: warning.id });
    } catch (error) {
      say(explain(error));
      setBusy(false);
    }
  }

  return (
    <div className={styles.warning} role="alert">
      <p>
        <b>{t("warning.from")}</b> <bdi>{warning.text}</bdi>
      </p>
      <Button busy={busy} onClick={() => void dismiss()}>
        {t("warning.dismiss")}
      </Button>
    </div>
  );
}
