import { type RefObject, useState } from "react";
import type { Id, Millis } from "../protocol";
import { useComputed } from "../store/hooks";
import { now } from "../store/now";
import { day } from "../text/dates";
import { t } from "../text/i18n";
import { lazily } from "../ui/lazily";
import styles from "./FloatingDate.module.css";
import { useScrolled } from "./useScrolled";

const GoToDate = lazily(() => import("./GoToDate"));

interface Props {
  chatId: Id;
  at: Millis;
  scroller: RefObject<HTMLElement | null>;
  /** Nothing else says it, where the list is now. */
  isNeeded: () => boolean;
}

/** The day of what is in sight, while somebody scrolls; a click leads to another one. */
export function FloatingDate({ chatId, at, scroller, isNeeded }: Props) {
  const [isShown, hold] = useScrolled(scroller, isNeeded);
  const [choosing, setChoosing] = useState(false);
  // All times of a day have the same text.
  const text = useComputed(() => day(at, now.value), [new Date(at).toDateString()]);
  return (
    <>
      {isShown && (
        <button
          type="button"
          className={styles.date}
          tabIndex={-1}
          title={t("chat.go_to_date")}
          onPointerEnter={() => hold(true)}
          onPointerLeave={() => hold(false)}
          onClick={() => setChoosing(true)}
        >
          {text}
        </button>
      )}
      {choosing && <GoToDate chatId={chatId} from={at} onClose={() => setChoosing(false)} />}
    </>
  );
}
