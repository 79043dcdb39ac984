import type { Message } from "../protocol";
import { useComputed } from "../store/hooks";
import { jumpTo } from "../store/jump";
import { nameOf } from "../store/names";
import { exactly, lately } from "../text/dates";
import styles from "./FoundMessage.module.css";
import { lineOf } from "./lines";

/** A message in a list outside of its chat; a click leads there. */
export function FoundMessage({ message, where }: { message: Message; where?: string }) {
  const name = useComputed(() => nameOf(message.author_id), [message]);
  const text = useComputed(() => lineOf(message), [message]);
  return (
    <li>
      <button type="button" className={styles.result} onClick={() => jumpTo(message.chat_id, message.seq)}>
        <span className={styles.who}>
          <bdi>{name}</bdi>
          <time dateTime={new Date(message.sent_at).toISOString()} title={exactly(message.sent_at)}>
            {lately(message.sent_at, Date.now())}
          </time>
        </span>
        {where && <bdi className={styles.where}>{where}</bdi>}
        <bdi className={styles.text}>{text}</bdi>
      </button>
    </li>
  );
}
