import { classes } from "./classes";
import styles from "./Skeleton.module.css";

/** As many rows as chats may come to stand in their place; seen only when that takes a while. */
export function ChatListSkeleton({ rows = 8 }: { rows?: number }) {
  return <Rows rows={rows} />;
}

/** The same for people in a panel. */
export function PeopleSkeleton({ rows }: { rows: number }) {
  return <Rows rows={rows} of={styles.people} />;
}

/** The same for what is a few lines of text in a panel, such as a message that was found. */
export function LinesSkeleton({ rows }: { rows: number }) {
  return <Rows rows={rows} of={styles.lines} />;
}

function Rows({ rows, of }: { rows: number; of?: string | undefined }) {
  return (
    <div className={classes(styles.list, of)} aria-hidden="true">
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

/** The portrait and the name of what a chat will show. */
export function TitleSkeleton() {
  return (
    <div className={classes(styles.list, styles.title)} aria-hidden="true">
      <span />
      <span />
    </div>
  );
}

/** Widths of messages, in per cent, and whose they are. */
const SAID = [38, -52, 64, 30, -24, -46, 56, 34];

/** As many messages as fill a screen; seen only when they take a while. */
export function MessagesSkeleton() {
  return (
    <div className={classes(styles.list, styles.messages)} aria-hidden="true">
      {SAID.map((width, at) => (
        <span key={at} className={width < 0 ? styles.mine : undefined} style={{ inlineSize: `${Math.abs(width)}%` }} />
      ))}
    </div>
  );
}
