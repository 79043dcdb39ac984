import { Check, CheckCheck, Clock3 } from "lucide-react";
import type { Id, Message } from "../protocol";
import { countsOf, type Reach, type Readers } from "../state/receipts";
import { t } from "../text/i18n";
import styles from "./Ticks.module.css";

/** How far one's own message has come: a clock while it waits, one tick, two, two in colour. */
export function Ticks({ reach }: { reach: Reach | "waiting" }) {
  const Icon = reach === "waiting" ? Clock3 : reach === "sent" ? Check : CheckCheck;
  return (
    <Icon
      size={15}
      strokeWidth={2}
      role="img"
      aria-label={t(`message.${reach}`)}
      className={reach === "read" ? styles.read : styles.ticks}
      data-reach={reach}
    />
  );
}

/** How many have read a message of ours, in words; undefined where one cannot know. */
export function readBy(message: Message, readers: Readers, me: Id): string | undefined {
  const [read, , all] = countsOf(message, readers, me);
  return all ? t("message.read_by", { count: read, all }) : undefined;
}
