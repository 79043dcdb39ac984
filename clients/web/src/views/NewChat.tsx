import { X } from "lucide-react";
import { useRef, useState } from "react";
import type { User } from "../protocol";
import { call, store } from "../store/app";
import { hasKeys } from "../store/device";
import { go } from "../store/router";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Avatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { FriendPicker } from "./FriendPicker";
import styles from "./NewChat.module.css";
import { explainAdding } from "./people";

/** Begin a chat: with a friend or anybody by their username, or a group of several. */
export function NewChat({ asGroup = false, onClose }: { asGroup?: boolean; onClose: () => void }) {
  const [username, setUsername] = useState("");
  const [people, setPeople] = useState<User[]>([]);
  const [isGroup, setGroup] = useState(asGroup);
  const [title, setTitle] = useState("");
  const nonce = useRef(crypto.randomUUID()); // whoever tries again after a lost answer makes no second group
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function attempt(work: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(explainAdding(error, people));
    }
    setBusy(false);
  }

  function toggle(friend: User) {
    const others = people.filter(other => other.id !== friend.id);
    setPeople(others.length < people.length ? others : [...people, friend]);
    setUsername("");
    setProblem(null);
  }

  const add = () =>
    attempt(async () => {
      const { user } = await call({ type: "user.find", username: asUsername(username) });
      if (user.id === store.me.peek()?.id) {
        setProblem(t("new.self"));
        return;
      }
      setPeople([...people.filter(other => other.id !== user.id), user]);
      setUsername("");
    });

  const open = () =>
    attempt(async () => {
      const user_ids = people.map(person => person.id);
      const [first] = user_ids;
      const chat =
        group || first === undefined
          ? await call({ type: "chat.create", title: title.trim(), user_ids, nonce: nonce.current })
          : await call({ type: "chat.open_direct", user_id: first });
      onClose();
      go({ name: "chat", chatId: chat.id });
    });

  const group = isGroup || people.length > 1;
  return (
    <Dialog title={t("new.title")} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={event => {
          event.preventDefault();
          if (username.trim()) void add();
          else void open();
        }}
      >
        <Field
          label={t("new.username")}
          name="username"
          autoFocus={hasKeys()}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint={t("new.hint")}
          problem={problem}
          value={username}
          onValue={setUsername}
        >
          <Button type="submit" disabled={!username.trim()} busy={busy}>
            {t("new.add")}
          </Button>
        </Field>
        <FriendPicker wanted={username} picked={people} onPick={toggle} />
        {people.length > 0 && (
          <ul className={styles.people}>
            {people.map(person => (
              <li key={person.id}>
                <Avatar id={person.id} name={person.display_name} size="small" />
                <span>
                  <bdi>{person.display_name}</bdi>
                  <small>
                    <bdi>@{person.username}</bdi>
                  </small>
                </span>
                <IconButton
                  label={t("new.remove", { name: person.display_name })}
                  onClick={() => setPeople(people.filter(other => other !== person))}
                >
                  <X size={16} />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        {group && <Field label={t("new.group_title")} name="title" maxLength={128} value={title} onValue={setTitle} />}
        <Choices>
          {people.length === 1 && !group && <Button onClick={() => setGroup(true)}>{t("new.make_group")}</Button>}
          <Button
            look="primary"
            busy={busy}
            disabled={!people.length || (group && !title.trim())}
            onClick={() => void open()}
          >
            {t(group ? "new.create" : "new.open")}
          </Button>
        </Choices>
      </form>
    </Dialog>
  );
}
