import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Avatar } from "./Avatar";
import { OneLine } from "./OneLine";
import styles from "./PickList.module.css";
import { RovingList } from "./RovingList";

/** People or chats to pick from, in a box that scrolls. */
export function PickList({ label, more, children }: { label: string; more?: string | undefined; children: ReactNode }) {
  return (
    <section className={styles.list} aria-label={label}>
      <RovingList>{children}</RovingList>
      {more && <p className={styles.more}>{more}</p>}
    </section>
  );
}

interface Props {
  /** Decides the colour. */
  id: number;
  name: string;
  /** What tells them from others of that name. */
  note?: string;
  /** Undefined where nothing stays picked. */
  isPicked?: boolean | undefined;
  onPick: () => void;
}

export function Pick({ id, name, note, isPicked, onPick }: Props) {
  return (
    <li>
      <button type="button" className={styles.pick} aria-pressed={isPicked} onClick={onPick}>
        <Avatar id={id} name={name} size="small" />
        <span className={styles.name}>
          <OneLine>{name}</OneLine>
          {note && (
            <small>
              <bdi>{note}</bdi>
            </small>
          )}
        </span>
        {isPicked && <Check size={18} aria-hidden="true" />}
      </button>
    </li>
  );
}
