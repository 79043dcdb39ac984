import { ArrowDown, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "../text/i18n";
import styles from "./Pills.module.css";

interface Props {
  /** New messages below. */
  count: number;
  /** Null when one is there. */
  onEnd: (() => void) | null;
  /** Null when one has not jumped away. */
  onBack: (() => void) | null;
}

/** Ways back, over the end of the list: to where one was before a jump, and to the newest message. */
export function Pills({ count, onEnd, onBack }: Props) {
  return (
    <div className={styles.pills}>
      {onBack && (
        <Pill label={t("chat.back")} onPick={onBack}>
          <Undo2 size={18} />
        </Pill>
      )}
      {onEnd && (
        <Pill label={t("chat.to_end")} text={count > 0 ? t("chat.new_messages", { count }) : ""} onPick={onEnd}>
          <ArrowDown size={18} />
        </Pill>
      )}
    </div>
  );
}

interface PillProps {
  /** What it does. */
  label: string;
  /** What stands on it. */
  text?: string;
  onPick: () => void;
  children: ReactNode;
}

function Pill({ label, text, onPick, children }: PillProps) {
  const name = text ? `${label}: ${text}` : label;
  return (
    <button type="button" className={styles.pill} aria-label={name} title={label} onClick={onPick}>
      {children}
      {text}
    </button>
  );
}
