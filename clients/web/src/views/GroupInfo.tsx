import { useState } from "react";
import type { ChatRecord } from "../state/records";
import { reaches } from "../state/roles";
import type { Chat } from "../state/whole";
import { call } from "../store/app";
import { go } from "../store/router";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Choices } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { attempt } from "./attempt";
import { Folded } from "./Folded";
import { GroupBans } from "./GroupBans";
import styles from "./GroupInfo.module.css";
import { GroupInvites } from "./GroupInvites";
import { GroupMembers } from "./GroupMembers";
import { GroupPermissions } from "./GroupPermissions";
import { GroupRequests } from "./GroupRequests";
import { LeaveGroup } from "./LeaveGroup";

/** What a group is, who is in it and how it works; each may change of it what their role lets them. */
export default function GroupInfo({ record }: { record: ChatRecord }) {
  const { chat, mine } = record;
  const isAdmin = reaches(mine.role, "admin");
  return (
    <div className={styles.info}>
      <About record={record} />
      <GroupMembers chat={chat} mine={mine} />
      {isAdmin && (
        <>
          <GroupPermissions chat={chat} role={mine.role} />
          <GroupInvites chatId={chat.id} />
          <GroupRequests chatId={chat.id} />
          <GroupBans chatId={chat.id} />
        </>
      )}
      <Ways record={record} />
    </div>
  );
}

function About({ record: { chat, mine } }: { record: ChatRecord }) {
  const [editing, setEditing] = useState(false);
  if (editing) return <AboutForm chat={chat} onClose={() => setEditing(false)} />;
  return (
    <div className={styles.about}>
      <Avatar id={chat.id} name={chat.title} />
      <h3 dir="auto">{chat.title}</h3>
      {chat.description && (
        <Folded text={chat.description} id={`about-${chat.id}`}>
          <p className={styles.description} dir="auto">
            {chat.description}
          </p>
        </Folded>
      )}
      {reaches(mine.role, chat.may_edit) && <Button onClick={() => setEditing(true)}>{t("message.edit")}</Button>}
    </div>
  );
}

function AboutForm({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [title, setTitle] = useState(chat.title);
  const [description, setDescription] = useState(chat.description);
  async function save() {
    if (await attempt(call({ type: "chat.edit", chat_id: chat.id, title: title.trim(), description }))) onClose();
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={t("new.group_title")} autoFocus maxLength={128} value={title} onValue={setTitle} />
      <Field label={t("group.description")} maxLength={1024} value={description} onValue={setDescription} />
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="primary" type="submit" disabled={!title.trim()}>
          {t("composer.save")}
        </Button>
      </Choices>
    </form>
  );
}

/** The ways out. */
function Ways({ record: { chat, mine } }: { record: ChatRecord }) {
  const [asking, setAsking] = useState<"leave" | "delete" | null>(null);
  const [typed, setTyped] = useState("");
  const close = () => setAsking(null);
  async function end() {
    const isGone = await attempt(call({ type: "chat.delete", chat_id: chat.id }));
    if (isGone) go({ name: "chats" }, { replace: true });
  }
  return (
    <div className={styles.ways}>
      <Button onClick={() => setAsking("leave")}>{t("group.leave")}</Button>
      {mine.role === "owner" && <Button onClick={() => setAsking("delete")}>{t("group.delete")}</Button>}
      {asking === "leave" && <LeaveGroup chatId={chat.id} isOpen onClose={close} />}
      {asking === "delete" && (
        <Confirm
          title={t("group.delete")}
          text={t("group.delete_text")}
          action={t("group.delete")}
          disabled={typed.trim() !== chat.title}
          onClose={close}
          onPick={() => void end()}
        >
          <Field label={chat.title} autoFocus value={typed} onValue={setTyped} />
        </Confirm>
      )}
    </div>
  );
}
