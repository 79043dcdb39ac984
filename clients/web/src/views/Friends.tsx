import { Check, Ellipsis, MessageSquare, UserMinus, UserX, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { Id, Relation } from "../protocol";
import { store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { usePerson, usePresence } from "../store/names";
import { showProfile } from "../store/profile";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Avatar } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Field } from "../ui/Field";
import { below, Menu, MenuItem, type Place } from "../ui/Menu";
import { RovingList } from "../ui/RovingList";
import { ChatListSkeleton } from "../ui/Skeleton";
import { Tabs } from "../ui/Tabs";
import styles from "./Friends.module.css";
import { BlockDialog, RemoveDialog } from "./PersonDialogs";
import { befriend, explainFind, presenceLine, relate, write } from "./people";

const TABS = ["friends", "requests", "blocked"] as const;
type Tab = (typeof TABS)[number];

/** Friends, requests both ways, and whom one blocks. */
export default function Friends() {
  const [tab, setTab] = useState<Tab>("friends");
  const requests = useValue(store.requests);
  const page = useRef<HTMLElement>(null);
  const badge = { count: requests, label: t("friends.waiting", { count: requests }) };
  return (
    <section ref={page} className={styles.page}>
      <h1>{t("friends.title")}</h1>
      <AddFriend />
      <Tabs
        label={t("friends.title")}
        tabs={TABS.map(key => ({
          key,
          title: t(`friends.tab_${key}`),
          badge: key === "requests" ? badge : undefined,
        }))}
        chosen={tab}
        onChoose={setTab}
      >
        <List tab={tab} onAdd={() => page.current?.querySelector("input")?.focus()} />
      </Tabs>
    </section>
  );
}

function AddFriend() {
  const [username, setUsername] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    const wanted = asUsername(username);
    setProblem(null);
    if (wanted === store.me.peek()?.username) {
      setProblem(t("new.self"));
      return;
    }
    setBusy(true);
    try {
      await befriend(wanted);
      setUsername("");
    } catch (error) {
      setProblem(explainFind(error));
    }
    setBusy(false);
  }

  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <Field
        label={t("friends.add")}
        name="username"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={t("friends.add_hint")}
        problem={problem}
        value={username}
        onValue={setUsername}
      >
        <Button type="submit" look="primary" disabled={!username.trim()} busy={busy}>
          {t("friends.ask")}
        </Button>
      </Field>
    </form>
  );
}

const isOf: Record<Tab, (relation: Relation) => boolean> = {
  friends: ({ state, blocked }) => state === "friend" && !blocked,
  requests: ({ state, blocked }) => (state === "incoming" || state === "outgoing") && !blocked,
  blocked: ({ blocked }) => blocked,
};

function List({ tab, onAdd }: { tab: Tab; onAdd: () => void }) {
  const ready = useValue(store.connection)?.ready ?? false;
  const found = useComputed(() => store.relations.values().filter(isOf[tab]).sort(byName), [tab]);
  if (!found.length) {
    if (!ready) return <ChatListSkeleton />;
    if (tab === "blocked") return <Empty text={t("friends.no_blocked")} />; // one blocks where one meets somebody
    return (
      <Empty text={t(tab === "requests" ? "friends.no_requests" : "friends.none")}>
        <Button look="primary" onClick={onAdd}>
          {t("friends.none_do")}
        </Button>
      </Empty>
    );
  }
  if (tab !== "requests") return <Rows relations={found} />;
  const incoming = found.filter(relation => relation.state === "incoming");
  const outgoing = found.filter(relation => relation.state === "outgoing");
  return (
    <>
      {incoming.length > 0 && <h2 className={styles.part}>{t("friends.incoming")}</h2>}
      {incoming.length > 0 && <Rows relations={incoming} />}
      {outgoing.length > 0 && <h2 className={styles.part}>{t("friends.outgoing")}</h2>}
      {outgoing.length > 0 && <Rows relations={outgoing} />}
    </>
  );
}

function byName(one: Relation, other: Relation): number {
  return name(one).localeCompare(name(other));
}

/** To be read within a computation. */
function name({ user }: Relation): string {
  return store.people.at(user.id).value?.display_name ?? user.display_name;
}

function Rows({ relations }: { relations: Relation[] }) {
  return (
    <RovingList>
      {relations.map(relation => (
        <Row key={relation.user.id} relation={relation} />
      ))}
    </RovingList>
  );
}

function Row({ relation }: { relation: Relation }) {
  const { id } = relation.user;
  const user = usePerson(id) ?? relation.user;
  const presence = usePresence(id);
  const isFriend = relation.state === "friend";
  return (
    <li className={styles.row}>
      <Avatar id={id} name={user.display_name} presence={isFriend ? presence?.status : undefined} />
      <span className={styles.who}>
        <button
          type="button"
          className={styles.name}
          dir="auto"
          aria-label={t("person.profile", { name: user.display_name })}
          onClick={() => showProfile(id)}
        >
          {user.display_name}
        </button>
        <small>
          <bdi>{isFriend ? presenceLine(presence) : `@${user.username}`}</bdi>
        </small>
      </span>
      <span className={styles.actions}>
        <Actions relation={relation} name={user.display_name} />
      </span>
    </li>
  );
}

function Actions({ relation: { user, state, blocked }, name }: { relation: Relation; name: string }): ReactNode {
  const { id } = user;
  if (blocked) return <Button onClick={() => void relate("block.remove", id)}>{t("person.unblock")}</Button>;
  if (state === "outgoing")
    return <Button onClick={() => void relate("friend.cancel", id)}>{t("person.cancel")}</Button>;
  if (state === "incoming")
    return (
      <>
        <Button look="primary" onClick={() => void relate("friend.accept", id)}>
          <Check size={16} />
          {t("person.accept")}
        </Button>
        <IconButton label={t("person.decline")} onClick={() => void relate("friend.decline", id)}>
          <X size={18} />
        </IconButton>
      </>
    );
  return <FriendActions id={id} name={name} />;
}

function FriendActions({ id, name }: { id: Id; name: string }) {
  const [menu, setMenu] = useState<Place | null>(null);
  const [asking, setAsking] = useState<"remove" | "block" | null>(null);
  const ask = (what: "remove" | "block") => () => {
    setMenu(null);
    setAsking(what);
  };
  return (
    <>
      <IconButton label={t("person.message", { name })} onClick={() => void write(id)}>
        <MessageSquare size={18} />
      </IconButton>
      <IconButton
        label={t("person.actions", { name })}
        aria-haspopup="menu"
        onClick={event => setMenu(below(event.currentTarget))}
      >
        <Ellipsis size={18} />
      </IconButton>
      {menu && (
        <Menu at={menu} label={t("person.actions", { name })} onClose={() => setMenu(null)}>
          <MenuItem icon={<UserMinus size={18} />} onPick={ask("remove")}>
            {t("person.remove")}
          </MenuItem>
          <MenuItem icon={<UserX size={18} />} danger onPick={ask("block")}>
            {t("person.block")}
          </MenuItem>
        </Menu>
      )}
      {asking === "remove" && <RemoveDialog userId={id} name={name} onClose={() => setAsking(null)} />}
      {asking === "block" && <BlockDialog userId={id} name={name} onClose={() => setAsking(null)} />}
    </>
  );
}
