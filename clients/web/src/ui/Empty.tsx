import type { ReactNode } from "react";
import styles from "./Empty.module.css";

/** What stands where there is nothing yet: one line, and perhaps what to do about it. */
export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{text}</p>
      {children}
    </div>
  );
}
