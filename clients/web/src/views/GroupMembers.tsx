import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Refused } from "../engine/failures";
import type { Chat, Member, Mine, Role } from "../protocol";
import { isAbove, reaches } from "../state/roles";
import { call, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf, usePerson, usePresence } from "../store/names";
import { explain } from "../text/failures";
import { type MessageId, t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { below, Menu, MenuItem, type Place } from "../ui/Menu";
import { attempt } from "./attempt";
import styles from "./GroupInfo.module.css";

/** Who is in a group, those with more to say in front. */
export function GroupMembers({ chat, mine }: { chat: Chat; mine: Mine }) {
  const members = useComputed(() => {
    const found = [...(store.rosters.at(chat.id).value?.members ?? [])];
    return found.sort(
      (one, other) =>
        Number(isAbove(other.role, one.role)) - Number(isAbove(one.role, other.role)) ||
        nameOf(one.user_id).localeCompare(nameOf(other.user_id)),
    );
  }, [chat.id]);
  return (
    <section className={styles.section}>
      <h3>{t("chat.members", { count: chat.member_count })}</h3>
      {reaches(mine.role, chat.may_add) && <AddMember chat={chat} />}
      <ul>
        {members.map(member => (
          <MemberRow key={member.user_id} chat={chat} member={member} role={mine.role} />
        ))}
      </ul>
    </section>
  );
}

function AddMember({ chat }: { chat: Chat }) {
  const [username, setUsername] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  async function add() {
    setProblem(null);
    try {
      const { user } = await call({ type: "user.find", username: username.trim().toLowerCase() });
      await call({ type: "member.add", chat_id: chat.id, user_ids: [user.id] });
      setUsername("");
    } catch (error) {
      const unknown = error instanceof Refused && error.failure.reason === "not_found";
      setProblem(unknown ? t("new.not_found") : explain(error));
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
        problem={problem}
        value={username}
        onValue={setUsername}
      >
        <Button type="submit" disabled={!username.trim()}>
          {t("new.add")}
        </Button>
      </Field>
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
        <bdi>{user_id === me ? t("message.you") : name}</bdi>
        <small>{presence?.text || (user && `@${user.username}`)}</small>
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
