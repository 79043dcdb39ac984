import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { Role, User } from "../protocol";
import { isAbove, reaches } from "../state/roles";
import type { Chat, Member, Mine } from "../state/whole";
import { call, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, usePerson, usePresence } from "../store/names";
import { showProfile } from "../store/profile";
import { type MessageId, t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Avatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { below, Menu, MenuItem, type Place } from "../ui/Menu";
import { RovingList } from "../ui/RovingList";
import { PeopleSkeleton } from "../ui/Skeleton";
import { attempt } from "./attempt";
import { FriendPicker } from "./FriendPicker";
import styles from "./GroupInfo.module.css";
import { explainAdding } from "./people";

/** Who is in a group, those with more to say in front. */
export function GroupMembers({ chat, mine }: { chat: Chat; mine: Mine }) {
  const members = useComputed(() => {
    const found = store.rosters.at(chat.id).value?.members;
    return found?.toSorted(
      (one, other) =>
        Number(isAbove(other.role, one.role)) - Number(isAbove(one.role, other.role)) ||
        nameOf(one.user_id).localeCompare(nameOf(other.user_id)),
    );
  }, [chat.id]);
  return (
    <section className={styles.section}>
      <h3>{t("chat.members", { count: chat.member_count })}</h3>
      {reaches(mine.role, chat.may_add) && <AddMember chat={chat} />}
      {members ? (
        <RovingList>
          {members.map(member => (
            <MemberRow key={member.user_id} chat={chat} member={member} role={mine.role} />
          ))}
        </RovingList>
      ) : (
        <PeopleSkeleton rows={Math.min(chat.member_count, 8)} />
      )}
    </section>
  );
}

function AddMember({ chat }: { chat: Chat }) {
  const [username, setUsername] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const members = useComputed(
    () => new Set(store.rosters.at(chat.id).value?.members.map(member => member.user_id)),
    [chat.id],
  );
  async function add(friend?: User) {
    let user = friend;
    setProblem(null);
    try {
      user ??= (await call({ type: "user.find", username: asUsername(username) })).user;
      await call({ type: "member.add", chat_id: chat.id, user_ids: [user.id] });
      setUsername("");
    } catch (error) {
      setProblem(explainAdding(error, user ? [user] : []));
    }
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        if (username.trim()) void add();
      }}
    >
      <Field
        label={t("group.add")}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={t("group.add_hint")}
        problem={problem}
        value={username}
        onValue={setUsername}
      >
        <Button type="submit" disabled={!username.trim()}>
          {t("new.add")}
        </Button>
      </Field>
      {username.trim() && <FriendPicker wanted={username} without={members} onPick={friend => void add(friend)} />}
    </form>
  );
}

type Asking = "transfer" | "remove" | "ban";

const ASKED: Record<Asking, { action: MessageId; text: MessageId }> = {
  transfer: { action: "group.transfer", text: "group.transfer_text" },
  remove: { action: "group.remove", text: "group.remove_text" },
  ban: { action: "group.ban", text: "group.ban_text" },
};

function MemberRow({ chat, member, role }: { chat: Chat; member: Member; role: Role }) {
  const { user_id } = member;
  const user = usePerson(user_id);
  const name = useComputed(() => nameOf(user_id), [user_id]);
  const presence = usePresence(user_id);
  const me = useValue(store.me)?.id;
  const [menu, setMenu] = useState<Place | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const isOwner = role === "owner";
  const mayRemove = reaches(role, "admin") && isAbove(role, member.role);
  const chat_id = chat.id;

  const give = (given: Role) => void attempt(call({ type: "member.edit", chat_id, user_id, role: given }));
  const pick = (work: () => void) => () => {
    setMenu(null);
    work();
  };
  function doAsked() {
    if (asking === "transfer") give("owner");
    else if (asking) void attempt(call({ type: asking === "ban" ? "member.ban" : "member.remove", chat_id, user_id }));
  }

  return (
    <li className={styles.person}>
      <Avatar id={user_id} name={name} size="small" presence={presence?.status} />
      <span className={styles.name}>
        <button
          type="button"
          className={styles.who}
          dir="auto"
          aria-label={user_id === me ? undefined : t("person.profile", { name })}
          onClick={() => showProfile(user_id)}
        >
          {user_id === me ? t("message.you") : name}
        </button>
        <small>
          <bdi>{presence?.text || (user && `@${user.username}`)}</bdi>
        </small>
      </span>
      {member.role !== "member" && <span className={styles.role}>{t(`group.role_${member.role}`)}</span>}
      {user_id !== me && (isOwner || mayRemove) && (
        <IconButton
          label={t("group.member_actions", { name })}
          aria-haspopup="menu"
          onClick={event => setMenu(below(event.currentTarget))}
        >
          <Ellipsis size={17} />
        </IconButton>
      )}
      {menu && (
        <Menu at={menu} label={t("group.member_actions", { name })} onClose={() => setMenu(null)}>
          {isOwner && (
            <>
              <MenuItem onPick={pick(() => give(member.role === "admin" ? "member" : "admin"))}>
                {t(member.role === "admin" ? "group.make_member" : "group.make_admin")}
              </MenuItem>
              <MenuItem onPick={pick(() => setAsking("transfer"))}>{t("group.transfer")}</MenuItem>
            </>
          )}
          {mayRemove && (
            <>
              <MenuItem onPick={pick(() => setAsking("remove"))}>{t("group.remove")}</MenuItem>
              <MenuItem danger onPick={pick(() => setAsking("ban"))}>
                {t("group.ban")}
              </MenuItem>
            </>
          )}
        </Menu>
      )}
      {asking && (
        <Confirm
          title={t(ASKED[asking].action)}
          text={t(ASKED[asking].text, { name })}
          action={t(ASKED[asking].action)}
          onClose={() => setAsking(null)}
          onPick={doAsked}
        />
      )}
    </li>
  );
}
