import { Flag, MessageSquare, UserMinus, UserPlus, UserX } from "lucide-react";
import { useEffect, useState } from "react";
import type { Id, Relation } from "../protocol";
import { call, store } from "../store/app";
import { useValue } from "../store/hooks";
import { usePerson, usePresence } from "../store/names";
import { showProfile } from "../store/profile";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { lazily } from "../ui/lazily";
import { Folded } from "./Folded";
import { BlockDialog, RemoveDialog } from "./PersonDialogs";
import styles from "./Profile.module.css";
import { presenceLine, relate, write } from "./people";

const Report = lazily(() => import("./Report"));

type Asking = "block" | "remove" | "report";

/** Who somebody is, and what one can do about it. */
export default function Profile({ userId }: { userId: Id }) {
  const relation = useValue(store.relations.at(userId));
  const known = usePerson(userId);
  const me = useValue(store.me);
  const presence = usePresence(userId);
  const [asking, setAsking] = useState<Asking | null>(null);
  useEffect(() => {
    call({ type: "presence.get", user_ids: [userId] }).catch(() => {}); // for when they were last seen
  }, [userId]);
  const user = known ?? relation?.user;
  const name = user?.display_name ?? t("chat.someone");
  const close = () => showProfile(null);
  const props = { userId, name, onClose: () => setAsking(null) };
  if (asking === "block") return <BlockDialog {...props} />;
  if (asking === "remove") return <RemoveDialog {...props} />;
  if (asking === "report") return <Report {...props} />;
  return (
    <Dialog title={name} onClose={close}>
      <div className={styles.card}>
        <Avatar id={userId} name={name} presence={presence?.status} />
        <p>
          {user && (
            <b>
              <bdi>@{user.username}</bdi>
            </b>
          )}
          <small>
            <bdi>{relation?.blocked ? t("person.blocked") : presenceLine(presence)}</bdi>
          </small>
        </p>
      </div>
      {user?.description && (
        <Folded text={user.description} id={`about-${user.id}`}>
          <p className={styles.description} dir="auto">
            {user.description}
          </p>
        </Folded>
      )}
      {user?.private && <p className={styles.private}>{t("person.private")}</p>}
      {userId === me?.id ? <Seen /> : <Actions userId={userId} relation={relation} onAsk={setAsking} />}
    </Dialog>
  );
}

/** On one's own: of whom it is seen so. */
function Seen() {
  const settings = useValue(store.settings);
  if (!settings) return null;
  return (
    <p className={styles.private}>
      {t("settings.who_sees_profile")}: {t(`settings.${settings.who_sees_profile}`)}
    </p>
  );
}

interface Props {
  userId: Id;
  relation: Relation | undefined;
  onAsk: (what: Asking) => void;
}

function Actions({ userId, relation, onAsk }: Props) {
  return (
    <div className={styles.actions}>
      {!relation?.blocked && (
        <Button look="primary" onClick={() => void write(userId)}>
          <MessageSquare size={16} />
          {t("person.write")}
        </Button>
      )}
      <Relating userId={userId} relation={relation} onAsk={onAsk} />
      {relation?.blocked ? (
        <Button onClick={() => void relate("block.remove", userId)}>{t("person.unblock")}</Button>
      ) : (
        <Button onClick={() => onAsk("block")}>
          <UserX size={16} />
          {t("person.block")}
        </Button>
      )}
      <Button onClick={() => onAsk("report")}>
        <Flag size={16} />
        {t("report.report")}
      </Button>
    </div>
  );
}

/** What comes next in becoming or being friends. */
function Relating({ userId, relation, onAsk }: Props) {
  if (relation?.blocked) return null;
  switch (relation?.state) {
    case "friend":
      return (
        <Button onClick={() => onAsk("remove")}>
          <UserMinus size={16} />
          {t("person.remove")}
        </Button>
      );
    case "outgoing":
      return <Button onClick={() => void relate("friend.cancel", userId)}>{t("person.cancel")}</Button>;
    case "incoming":
      return (
        <>
          <Button onClick={() => void relate("friend.accept", userId)}>{t("person.accept")}</Button>
          <Button onClick={() => void relate("friend.decline", userId)}>{t("person.decline")}</Button>
        </>
      );
    default:
      return (
        <Button onClick={() => void relate("friend.request", userId)}>
          <UserPlus size={16} />
          {t("person.add")}
        </Button>
      );
  }
}
