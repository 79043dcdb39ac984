import type { Id, Message, Reaction } from "../protocol";
import { useComputed } from "../store/hooks";
import { nameOf } from "../store/names";
import { showProfile } from "../store/profile";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Menu, MenuGroup, MenuItem, type Place } from "../ui/Menu";
import { OneLine } from "../ui/OneLine";
import styles from "./Reactors.module.css";
import { useAsked } from "./useAsked";

interface Props {
  message: Message;
  reaction: Reaction;
}

/** Who reacted with an emoji; each leads to who that is. */
export default function Reactors({ message, reaction, at, onClose }: Props & { at: Place; onClose: () => void }) {
  const { emoji, count, user_ids } = reaction;
  const title = t("message.reacted", { emoji, count });
  const pick = (userId: Id) => {
    onClose();
    showProfile(userId);
  };
  return (
    <Menu at={at} label={title} onClose={onClose}>
      <MenuGroup label={title}>
        {count > user_ids.length ? (
          <Many message={message} reaction={reaction} onPick={pick} />
        ) : (
          <Some userIds={user_ids} onPick={pick} />
        )}
      </MenuGroup>
    </Menu>
  );
}

/** Those whom the message names, until it is known who else did. */
function Many({ message, reaction, onPick }: Props & { onPick: (userId: Id) => void }) {
  const { chat_id, seq } = message;
  const { emoji, count, user_ids } = reaction;
  const { reply, problem } = useAsked({ type: "reaction.list", chat_id, seq, emoji });
  const known = reply?.user_ids ?? user_ids;
  const others = reply && !reply.more ? 0 : count - known.length;
  return (
    <>
      <Some userIds={known} onPick={onPick} />
      {others > 0 && <p className={styles.others}>{t("message.reacted_others", { count: others })}</p>}
      {problem && (
        <p className={styles.others} role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

function Some({ userIds, onPick }: { userIds: readonly Id[]; onPick: (userId: Id) => void }) {
  return (
    <>
      {userIds.map(userId => (
        <Reactor key={userId} userId={userId} onPick={() => onPick(userId)} />
      ))}
    </>
  );
}

function Reactor({ userId, onPick }: { userId: Id; onPick: () => void }) {
  const name = useComputed(() => nameOf(userId), [userId]);
  return (
    <MenuItem icon={<Avatar id={userId} name={name} size="small" />} onPick={onPick}>
      <OneLine>{name}</OneLine>
    </MenuItem>
  );
}
