import { useState } from "react";
import type { Chat } from "../state/whole";
import { call } from "../store/app";
import { duration } from "../text/dates";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog, Problem } from "../ui/Dialog";
import styles from "./Disappearing.module.css";

/** Seconds; 0 for never. */
const AFTER = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400];

/** Asks after how long what is said in a chat from now on is gone for everyone. */
export default function Disappearing({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const now = chat.disappear_after ?? 0;
  const [chosen, choose] = useState(now);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // Another client may have chosen a time of its own.
  const choices = AFTER.includes(now) ? AFTER : [...AFTER, now].sort((one, other) => one - other);

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      await call({ type: "chat.disappear", chat_id: chat.id, after: chosen || null });
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={t("disappearing.title")} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset className={styles.choices}>
          <legend>{t("disappearing.text")}</legend>
          {choices.map(seconds => (
            <label key={seconds}>
              <input
                type="radio"
                name="after"
                autoFocus={seconds === now}
                checked={seconds === chosen}
                onChange={() => choose(seconds)}
              />
              <bdi>{seconds ? duration(seconds) : t("disappearing.off")}</bdi>
            </label>
          ))}
        </fieldset>
        {problem && <Problem>{problem}</Problem>}
        <Choices>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {t("settings.save")}
          </Button>
        </Choices>
      </form>
    </Dialog>
  );
}
