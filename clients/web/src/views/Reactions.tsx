import { useEffect, useRef, useState } from "react";
import type { Id, Message, Reaction } from "../protocol";
import { useComputed } from "../store/hooks";
import { nameOf } from "../store/names";
import { t } from "../text/i18n";
import { classes } from "../ui/classes";
import { lazily } from "../ui/lazily";
import { below, type Place } from "../ui/Menu";
import { joinOrLeave } from "./deeds";
import styles from "./Reactions.module.css";
import { follow } from "./touch";

const Reactors = lazily(() => import("./Reactors"));

/** What people reacted with, below a message; one's own can be put and taken back here. Held, each tells who did. */
export function Reactions({ message, me }: { message: Message; me: Id }) {
  const reactions = message.reactions ?? [];
  const names = useComputed(() => reactions.map(reaction => reaction.user_ids.map(nameOf).join(", ")), [message]);
  const [asked, setAsked] = useState<{ reaction: Reaction; at: Place } | null>(null);
  const ask = (reaction: Reaction, chip: Element) => setAsked(open => open ?? { reaction, at: below(chip) });
  const isThere = useRef(false);
  useEffect(() => {
    isThere.current = true;
  }, []);
  if (!reactions.length) return null;
  return (
    <div className={styles.reactions}>
      {reactions.map((reaction, at) => (
        <Chip
          key={reaction.emoji}
          reaction={reaction}
          names={names[at]}
          isMine={reaction.user_ids.includes(me)}
          isNew={isThere.current}
          onPick={() => void joinOrLeave(message, reaction)}
          onAsk={chip => ask(reaction, chip)}
        />
      ))}
      {asked && <Reactors message={message} {...asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

interface ChipProps {
  reaction: Reaction;
  /** Of those who reacted so. */
  names: string | undefined;
  isMine: boolean;
  /** It comes while one looks at the message. */
  isNew: boolean;
  onPick: () => void;
  onAsk: (chip: Element) => void;
}

function Chip({ reaction: { emoji, count }, names, isMine, isNew, onPick, onAsk }: ChipProps) {
  const [pops] = useState(isNew);
  return (
    <button
      type="button"
      className={classes(styles.reaction, isMine && styles.mine, pops && styles.pops)}
      aria-pressed={isMine}
      aria-label={t("message.reacted", { emoji, count })}
      title={names}
      onClick={onPick}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onAsk(event.currentTarget);
      }}
      onPointerDown={event => {
        event.stopPropagation();
        const chip = event.currentTarget;
        follow(event, { onHold: () => onAsk(chip) });
      }}
    >
      {emoji}
      <span>{count}</span>
    </button>
  );
}
