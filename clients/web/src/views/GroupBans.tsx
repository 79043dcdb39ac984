import type { Id } from "../protocol";
import { call } from "../store/app";
import { nameOf } from "../store/names";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { PeopleSkeleton } from "../ui/Skeleton";
import { attempt } from "./attempt";
import { Failed } from "./Failed";
import styles from "./GroupInfo.module.css";
import { Fold } from "./GroupInvites";
import { useAsked } from "./useAsked";

/** Who may not come back into a group. */
export function GroupBans({ chatId }: { chatId: Id }) {
  return <Fold label={t("group.bans")}>{() => <Bans chatId={chatId} />}</Fold>;
}

function Bans({ chatId }: { chatId: Id }) {
  const { reply, problem, again } = useAsked({ type: "chat.bans", chat_id: chatId });
  const lift = async (user_id: Id) => {
    if (await attempt(call({ type: "member.unban", chat_id: chatId, user_id }))) again();
  };
  if (problem) return <Failed problem={problem} onAgain={again} />;
  if (!reply) return <PeopleSkeleton rows={1} />;
  if (!reply.bans.length) return <p className={styles.quiet}>{t("group.no_bans")}</p>;
  return (
    <ul>
      {reply.bans.map(({ user_id }) => {
        const name = reply.people.find(user => user.id === user_id)?.display_name ?? nameOf(user_id);
        return (
          <li key={user_id} className={styles.person}>
            <Avatar id={user_id} name={name} size="small" />
            <bdi className={styles.name}>{name}</bdi>
            <Button onClick={() => void lift(user_id)}>{t("group.unban")}</Button>
          </li>
        );
      })}
    </ul>
  );
}
