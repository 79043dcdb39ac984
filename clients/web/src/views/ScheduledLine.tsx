import { CalendarClock, TriangleAlert } from "lucide-react";
import type { Id, Scheduled } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { now } from "../store/now";
import { panel, toggle } from "../store/panel";
import { t } from "../text/i18n";
import { whenSent } from "../text/later";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import line from "./ConnectionLine.module.css";
import styles from "./ScheduledLine.module.css";

/** How many messages wait for their time in a chat and when the next one is sent, or that one was refused. */
export function ScheduledLine({ chatId }: { chatId: Id }) {
  const scheduled = useScheduled(one => one.chat_id === chatId, chatId);
  const text = useComputed(() => said(scheduled), [scheduled]);
  const failed = scheduled.some(isRefused);
  const Icon = failed ? TriangleAlert : CalendarClock;
  // Those who listen are told what becomes different.
  return (
    <div aria-live="polite">
      {scheduled.length > 0 && (
        <button
          type="button"
          className={classes(styles.line, failed && styles.failed)}
          onClick={() => toggle({ name: "scheduled", chatId })}
        >
          <Icon size={16} aria-hidden="true" />
          <span>{text}</span>
        </button>
      )}
    </div>
  );
}

function said(scheduled: Scheduled[]): string {
  const failed = scheduled.filter(isRefused).length;
  if (failed) return t("scheduled.not_sent", { count: failed });
  const [next] = scheduled;
  return next ? t("scheduled.count", { count: scheduled.length, when: whenSent(next.send_at, now.value) }) : "";
}

/** That a message of another chat was refused when its time came: one may have left that chat. */
export function NotSentLine({ open }: { open: Id | null }) {
  const failed = useScheduled(one => isRefused(one) && one.chat_id !== open, open);
  if (!failed.length) return null;
  return (
    <p className={line.line} role="status">
      {t("scheduled.not_sent", { count: failed.length })}
      <Button onClick={() => (panel.value = { name: "scheduled", chatId: null })}>{t("message.show")}</Button>
    </p>
  );
}

function useScheduled(fits: (one: Scheduled) => boolean, of: Id | null): Scheduled[] {
  return useComputed(() => store.scheduled.value.filter(fits), [of]);
}

const isRefused = ({ failure }: Scheduled) => failure !== null;
