import { type FormEvent, useState } from "react";
import type { Millis, ScheduleMessage } from "../protocol";
import { call, store } from "../store/app";
import { isoDay } from "../text/dates";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { isoTime, momentOf, quickTimes, whenSent } from "../text/later";
import { Button } from "../ui/Button";
import { Choices, Dialog, Problem } from "../ui/Dialog";
import { Field } from "../ui/Field";
import styles from "./SendLater.module.css";

interface Props {
  message: Omit<ScheduleMessage, "type" | "nonce" | "send_at">;
  /** The server has it. */
  onDone: () => void;
  onClose: () => void;
}

/** Asks when a message is to be sent: at one of a few moments, or at any, by the clock of the person. */
export default function SendLater({ message, onDone, onClose: onLeave }: Props) {
  const [quick] = useState(() => quickTimes(store.serverTime()));
  const [date, setDate] = useState(() => isoDay(quick[0]!.at));
  const [time, setTime] = useState(() => isoTime(quick[0]!.at));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // Asked again for the same, when nobody knows the outcome, it is the same message.
  const [nonces] = useState(() => new Map<string, string>());

  function onClose() {
    if (!busy) onLeave(); // what is written next is not what was scheduled
  }

  async function schedule(send_at: Millis) {
    if (send_at <= store.serverTime()) return setProblem(t("later.over"));
    const wanted = `${send_at} ${message.text}`;
    const nonce = nonces.get(wanted) ?? crypto.randomUUID();
    nonces.set(wanted, nonce);
    setBusy(true);
    setProblem(null);
    try {
      await call({ type: "message.schedule", ...message, nonce, send_at });
      onDone();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const at = momentOf(date, time);
    if (at !== null) void schedule(at);
  }

  return (
    <Dialog title={t("later.title")} onClose={onClose}>
      <ul className={styles.quick}>
        {quick.map(({ key, at }) => (
          <li key={key}>
            <button type="button" disabled={busy} onClick={() => void schedule(at)}>
              <span>{t(`later.${key}`)}</span>
              <time dateTime={new Date(at).toISOString()}>{whenSent(at, Date.now())}</time>
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <div className={styles.fields}>
          <Field label={t("chat.date")} type="date" required min={isoDay(Date.now())} value={date} onValue={setDate} />
          <Field label={t("later.time")} type="time" required value={time} onValue={setTime} />
        </div>
        {problem ? (
          <Problem>{problem}</Problem>
        ) : (
          <p className={styles.zone}>
            {t("later.zone")} <bdi>{Intl.DateTimeFormat().resolvedOptions().timeZone}</bdi>
          </p>
        )}
        <Choices>
          <Button disabled={busy} onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            {t("later.schedule")}
          </Button>
        </Choices>
      </form>
    </Dialog>
  );
}
