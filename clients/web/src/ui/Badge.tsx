import styles from "./Badge.module.css";

/** How much waits, and what that is in words. Nothing where nothing does. */
export function Badge({ count, label }: { count: number; label: string }) {
  if (!count) return null;
  return (
    <span className={styles.badge} role="img" aria-label={label}>
      {count}
    </span>
  );
}
