import { useState } from "react";
import { Refused } from "../engine/failures";
import { call } from "../store/app";
import { areWrong, explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { PasswordField } from "../ui/Field";
import { say } from "../ui/toasts";
import styles from "./Settings.module.css";

/** Takes another password; every other device is signed out with it. */
export function PasswordForm() {
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [problem, setProblem] = useState<{ isOfWanted: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);

  async function change() {
    setBusy(true);
    setProblem(null);
    try {
      await call({ type: "password.change", current_password: current, new_password: wanted });
      setCurrent("");
      setWanted("");
      say(t("settings.password_changed"));
    } catch (error) {
      const isOfWanted = error instanceof Refused && error.failure.reason === "password_refused";
      setProblem({ isOfWanted, text: areWrong(error) ? t("settings.password_wrong") : explain(error) });
    }
    setBusy(false);
  }

  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        void change();
      }}
    >
      <PasswordField
        label={t("settings.password_current")}
        name="current-password"
        autoComplete="current-password"
        maxLength={1024}
        problem={problem && !problem.isOfWanted ? problem.text : null}
        value={current}
        onValue={setCurrent}
      />
      <PasswordField
        label={t("settings.password_new")}
        name="new-password"
        autoComplete="new-password"
        maxLength={1024}
        hint={t("settings.password_hint")}
        problem={problem?.isOfWanted ? problem.text : null}
        value={wanted}
        onValue={setWanted}
      />
      <Button type="submit" busy={busy} disabled={!current || !wanted}>
        {t("settings.password_change")}
      </Button>
    </form>
  );
}
