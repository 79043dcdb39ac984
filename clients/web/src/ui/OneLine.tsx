import type { ReactNode } from "react";
import styles from "./OneLine.module.css";

/**
 * What people wrote, in one line that is cut at its own end: it stands where the line of the app begins, and is read in
 * the direction of its own words.
 */
export function OneLine({ children }: { children: ReactNode }) {
  return <bdi className={styles.line}>{children}</bdi>;
}
