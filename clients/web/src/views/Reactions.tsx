import type { Id, Message } from "../protocol";
import { call } from "../store/app";
import { useComputed } from "../store/hooks";
import { nameOf } from "../store/names";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { classes } from "../ui/classes";
import { say } from "../ui/toasts";
import styles from "./Reactions.module.css";

/** What people reacted with, below a message; one's own can be put and taken back here. */
export function Reactions({ message, me }: { message: Message; me: Id }) {
  const reactions = message.reactions ?? [];
  const names = useComputed(() => reactions.map(reaction => reaction.user_ids.map(nameOf).join(", ")), [message]);
  if (!reactions.length) return null;
  return (
    <div className={styles.reactions}>
      {reactions.map(({ emoji, count, user_ids }, at) => (
        <button
          key={emoji}
          type="button"
          className={classes(styles.reaction, user_ids.includes(me) && styles.mine)}
          aria-pressed={user_ids.includes(me)}
          aria-label={t("message.reacted", { emoji, count })}
          title={names[at]}
          onClick={() => react(message, emoji, !user_ids.includes(me))}
        >
          {emoji} <span>{count}</span>
        </button>
      ))}
    </div>
  );
}

/** Put or take back a reaction. */
export function react(message: Message, emoji: string, on: boolean): void {
  const { chat_id, seq } = message;
  call({ type: on ? "reaction.add" : "reaction.remove", chat_id, seq, emoji }).catch(error => say(explain(error)));
}
