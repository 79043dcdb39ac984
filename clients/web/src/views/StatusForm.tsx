import { useState } from "react";
import type { Choice, ChosenStatus } from "../protocol";
import { call, store } from "../store/app";
import { useValue } from "../store/hooks";
import { moment } from "../text/dates";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { say } from "../ui/toasts";
import styles from "./Settings.module.css";

const SHOWN: Choice[] = ["auto", "dnd", "invisible"];
const HOUR = 3_600_000;

/** Until when what is chosen holds; `as_now` is the end that was chosen before. */
const ENDS = ["always", "hour", "four_hours", "today"] as const;
type End = (typeof ENDS)[number] | "as_now";

function endAt(end: End, chosen: ChosenStatus | null): number | null {
  switch (end) {
    case "always":
      return null;
    case "as_now":
      return chosen?.until ?? null;
    case "hour":
      return Date.now() + HOUR;
    case "four_hours":
      return Date.now() + 4 * HOUR;
    case "today":
      return new Date().setHours(24, 0, 0, 0);
  }
}

/** What one shows to others, and for how long. */
export function StatusForm() {
  const chosen = useValue(store.status);
  const [wanted, want] = useState<{ status?: Choice; text?: string; end?: End }>({});
  const status = wanted.status ?? chosen?.status ?? "auto";
  const text = wanted.text ?? chosen?.text ?? "";
  const end = wanted.end ?? (chosen?.until ? "as_now" : "always");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      await call({ type: "status.set", status, text: text.trim(), until: endAt(end, chosen) });
      want({});
      say(t("settings.saved"));
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  }

  const ends = ENDS.map(key => [key, t(`status.${key}`)] as [End, string]);
  if (chosen?.until) ends.push(["as_now", t("status.as_now", { when: moment(chosen.until) })]);
  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <Select
        label={t("status.show")}
        value={status}
        options={SHOWN.map(choice => [choice, t(`status.${choice}`)] as const)}
        onValue={status => want({ ...wanted, status })}
      />
      {status === "invisible" && <p className={styles.hint}>{t("status.invisible_hint")}</p>}
      <Field
        label={t("status.text")}
        name="status"
        autoComplete="off"
        maxLength={128}
        problem={problem}
        value={text}
        onValue={text => want({ ...wanted, text })}
      />
      <Select label={t("status.until")} value={end} options={ends} onValue={end => want({ ...wanted, end })} />
      <Button type="submit" look="primary" busy={busy}>
        {t("settings.save")}
      </Button>
    </form>
  );
}
