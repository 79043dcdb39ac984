import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Id } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { partnerOf, titleOf } from "../store/names";
import { panel } from "../store/panel";
import { prefer } from "../store/preferences";
import { go } from "../store/router";
import { overlay } from "../store/shortcuts";
import { type MessageId, t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { classes } from "../ui/classes";
import { Dialog } from "../ui/Dialog";
import { openSaved, write } from "./people";
import { signOut } from "./SignOut";
import styles from "./Switcher.module.css";

/** So many of each kind are shown. */
const SHOWN = 6;

interface Entry {
  key: string;
  /** What it is known by: its name, and a username. */
  names: string[];
  portrait?: { id: Id; name: string };
  pick: () => void;
}

type Kind = "people" | "groups" | "commands";
const KINDS: Kind[] = ["people", "groups", "commands"];

const COMMANDS: [MessageId, () => void][] = [
  ["list.new", () => later(() => show("new_chat"))],
  ["search.all", () => later(() => search())],
  ["chat.saved", () => void openSaved()],
  ["nav.friends", () => go({ name: "friends" })],
  ["nav.settings", () => go({ name: "settings" })],
  ["shortcut.sheet", () => later(() => show("shortcuts"))],
  ["nav.theme_light", () => prefer({ theme: "light" })],
  ["nav.theme_dark", () => prefer({ theme: "dark" })],
  ["nav.sign_out", () => later(signOut)],
];

/** When this dialog is gone, and the focus is where it was. */
function later(work: () => void): void {
  setTimeout(work);
}

function show(wanted: "new_chat" | "shortcuts"): void {
  overlay.value = wanted;
}

function search(): void {
  panel.value = { name: "search", chatId: null };
}

/** Goes to a person, a group or a command by the beginning of a word of its name. */
export default function Switcher({ onClose }: { onClose: () => void }) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const everything = useComputed(entries, []);
  const found = useMemo(() => matching(everything, wanted), [everything, wanted]);
  const all = KINDS.flatMap(kind => found[kind]);
  const chosen = all[Math.min(at, all.length - 1)];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen one is brought into sight
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [chosen]);

  function pick(entry: Entry | undefined) {
    if (!entry) return;
    onClose();
    entry.pick();
  }

  function press(key: string): boolean {
    if (key === "Enter") pick(chosen);
    else if (key === "ArrowDown") setAt((at + 1) % Math.max(all.length, 1));
    else if (key === "ArrowUp") setAt((at - 1 + all.length) % Math.max(all.length, 1));
    else return false;
    return true;
  }

  return (
    <Dialog title={t("shortcut.switch")} onClose={onClose}>
      <input
        role="combobox"
        autoFocus
        className={styles.wanted}
        aria-label={t("switcher.label")}
        placeholder={t("switcher.label")}
        aria-expanded={all.length > 0}
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={chosen && `${id}-${chosen.key}`}
        autoComplete="off"
        spellCheck={false}
        value={wanted}
        onInput={event => {
          setWanted(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={event => {
          if (!event.nativeEvent.isComposing && press(event.key)) event.preventDefault();
        }}
      />
      <div ref={list} id={id} role="listbox" aria-label={t("switcher.label")} className={styles.list}>
        {KINDS.map(kind => (
          <Group key={kind} title={t(`switcher.${kind}`)} isEmpty={!found[kind].length}>
            {found[kind].map(entry => (
              <Option
                key={entry.key}
                id={`${id}-${entry.key}`}
                entry={entry}
                isChosen={entry === chosen}
                onPick={() => pick(entry)}
              />
            ))}
          </Group>
        ))}
      </div>
      <p role="status" className={styles.nothing}>
        {all.length ? "" : t("search.nothing")}
      </p>
    </Dialog>
  );
}

function Group({ title, isEmpty, children }: { title: string; isEmpty: boolean; children: ReactNode }) {
  if (isEmpty) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={title}>
      <span className={styles.kind} aria-hidden="true">
        {title}
      </span>
      {children}
    </div>
  );
}

interface OptionProps {
  id: string;
  entry: Entry;
  isChosen: boolean;
  onPick: () => void;
}

function Option({ id, entry: { names, portrait }, isChosen, onPick }: OptionProps) {
  return (
    // biome-ignore lint/a11y: the focus stays in the field, which takes the keys
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      className={classes(styles.option, isChosen && styles.chosen)}
      onClick={onPick}
    >
      {portrait && <Avatar {...portrait} size="small" />}
      <bdi>{names[0]}</bdi>
      {names[1] && (
        <small>
          <bdi>@{names[1]}</bdi>
        </small>
      )}
    </div>
  );
}

/** All there is to go to, the latest chats first. */
function entries(): Record<Kind, Entry[]> {
  const me = store.me.value?.id;
  const found: Record<Kind, Entry[]> = { people: [], groups: [], commands: [] };
  const met = new Set<Id>();
  for (const chatId of store.order.value) {
    const { chat } = store.chats.at(chatId).value!;
    const partner = partnerOf(chat, me);
    const name = titleOf(chat);
    const user = partner === null ? undefined : store.people.at(partner).value;
    if (partner !== null) met.add(partner);
    found[partner === null ? "groups" : "people"].push({
      key: `chat-${chatId}`,
      names: user ? [name, user.username] : [name],
      portrait: { id: partner ?? chatId, name },
      pick: () => go({ name: "chat", chatId }),
    });
  }
  for (const { user, state, blocked } of store.relations.values()) {
    if (state !== "friend" || blocked || met.has(user.id)) continue;
    found.people.push({
      key: `person-${user.id}`,
      names: [user.display_name, user.username],
      portrait: { id: user.id, name: user.display_name },
      pick: () => void write(user.id),
    });
  }
  found.commands = COMMANDS.map(([text, pick]) => ({ key: text, names: [t(text)], pick }));
  return found;
}

function matching(everything: Record<Kind, Entry[]>, typed: string): Record<Kind, Entry[]> {
  const wanted = fold(typed.trim().replace(/^@/, ""));
  const fits = ({ names }: Entry) => names.some(name => ` ${fold(name)}`.includes(` ${wanted}`));
  const some = (kind: Kind) => everything[kind].filter(fits).slice(0, kind === "commands" ? undefined : SHOWN);
  return { people: some("people"), groups: some("groups"), commands: some("commands") };
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
