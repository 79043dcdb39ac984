import styles from "./Skeleton.module.css";

/** As many rows as chats may come to stand in their place; seen only when that takes a while. */
export function ChatListSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div className={styles.list} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row}>
          <span className={styles.portrait} />
          <span className={styles.name} />
          <span className={styles.text} />
        </div>
      ))}
    </div>
  );
}
