import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Settings as Choices, SessionInfo, Whom } from "../protocol";
import { call, store } from "../store/app";
import { useValue } from "../store/hooks";
import { CHOICES, type Preferences, prefer, preferences } from "../store/preferences";
import { showProfile } from "../store/profile";
import { overlay } from "../store/shortcuts";
import { exactly } from "../text/dates";
import { explain } from "../text/failures";
import { LOCALES, type Locale, t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field, Tick } from "../ui/Field";
import { Select } from "../ui/Select";
import { ChatListSkeleton } from "../ui/Skeleton";
import { say } from "../ui/toasts";
import { Failed } from "./Failed";
import { PasswordForm } from "./PasswordForm";
import styles from "./Settings.module.css";
import { signOut } from "./SignOut";
import { StatusForm } from "./StatusForm";

/** Everything about oneself, on one page. */
export default function Settings() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={styles.page}>
      <h1 ref={heading} tabIndex={-1}>
        {t("nav.settings")}
      </h1>
      <Part title={t("settings.profile")}>
        <Profile />
      </Part>
      <Part title={t("status.title")}>
        <StatusForm />
      </Part>
      <Part title={t("settings.privacy")}>
        <Privacy />
      </Part>
      <Part title={t("settings.password")}>
        <PasswordForm />
      </Part>
      <Part title={t("settings.devices")}>
        <Devices />
      </Part>
      <Part title={t("nav.theme")}>
        <Appearance />
      </Part>
      <Part title={t("settings.keyboard")}>
        <Keyboard />
      </Part>
      <Part title={t("settings.about")}>
        <About />
      </Part>
      <footer className={styles.foot}>
        <Button onClick={signOut}>{t("nav.sign_out")}</Button>
      </footer>
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Profile() {
  const me = useValue(store.me);
  const [name, setName] = useState<string | null>(null);
  const [description, setDescription] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!me) return null;
  const display_name = name ?? me.display_name;
  const shown = me.description ?? "";
  const about = description ?? shown;
  const changed = display_name.trim() !== me.display_name || about !== shown;

  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      await call({ type: "profile.edit", display_name: display_name.trim(), description: about.trim() });
      setName(null);
      setDescription(null);
      say(t("settings.saved"));
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  }

  return (
    <form
      className={styles.form}
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <p className={styles.hint}>
        <bdi>@{me.username}</bdi>
      </p>
      <Field
        label={t("settings.name")}
        name="name"
        autoComplete="name"
        maxLength={64}
        problem={problem}
        value={display_name}
        onValue={setName}
      />
      <Field
        label={t("settings.description")}
        name="description"
        maxLength={256}
        hint={t("settings.description_hint")}
        value={about}
        onValue={setDescription}
      />
      <div className={styles.buttons}>
        <Button type="submit" look="primary" busy={busy} disabled={!changed || !display_name.trim()}>
          {t("settings.save")}
        </Button>
        <Button onClick={() => showProfile(me.id)}>{t("settings.card")}</Button>
      </div>
    </form>
  );
}

const WHOM: Whom[] = ["everyone", "friends", "nobody"];
const BY_WHOM = ["who_may_write", "who_may_add", "who_may_call", "who_sees_last_seen", "who_sees_profile"] as const;
const SHOWN = ["read_receipts", "typing"] as const;

/** Each choice is told as it is made. What is shown is what the server has. */
function Privacy() {
  const settings = useValue(store.settings);
  if (!settings) return <ChatListSkeleton rows={3} />;
  const edit = (chosen: Partial<Choices>) => {
    store.settings.value = { ...settings, ...chosen };
    call({ type: "settings.edit", ...chosen }).catch(error => {
      store.settings.value = settings;
      say(explain(error));
    });
  };
  return (
    <div className={styles.form}>
      {BY_WHOM.map(key => (
        <Select
          key={key}
          label={t(`settings.${key}`)}
          value={settings[key]}
          options={WHOM.map(whom => [whom, t(`settings.${whom}`)] as const)}
          onValue={whom => edit({ [key]: whom })}
        />
      ))}
      {SHOWN.map(key => (
        <Tick key={key} checked={settings[key]} onValue={shown => edit({ [key]: shown })}>
          {t(`settings.${key}`)}
        </Tick>
      ))}
    </div>
  );
}

function Devices() {
  const [sessions, setSessions] = useState<SessionInfo[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(() => {
    setProblem(null);
    call({ type: "session.list" }).then(
      list => setSessions(list.sessions),
      error => setProblem(explain(error)),
    );
  }, []);

  useEffect(() => load(), [load]);

  async function revoke(ended: SessionInfo[]) {
    try {
      for (const { session_id } of ended) await call({ type: "session.revoke", session_id });
    } catch (error) {
      say(explain(error));
    }
    load();
  }

  if (problem) return <Failed problem={problem} onAgain={load} />;
  if (!sessions) return <ChatListSkeleton rows={2} />;
  const others = sessions.filter(session => !session.current);
  return (
    <>
      <ul className={styles.devices}>
        {sessions.map(session => (
          <Device key={session.session_id} session={session} onRevoke={() => void revoke([session])} />
        ))}
      </ul>
      {others.length > 1 && <Button onClick={() => void revoke(others)}>{t("settings.revoke_others")}</Button>}
    </>
  );
}

function Device({ session, onRevoke }: { session: SessionInfo; onRevoke: () => void }) {
  const { device_name: name, address, last_seen_at, current } = session;
  return (
    <li>
      <span>
        <b dir="auto">{name}</b>
        <small>
          {current ? t("settings.this_device") : t("settings.device_seen", { when: exactly(last_seen_at), address })}
        </small>
      </span>
      {!current && (
        <Button aria-label={t("settings.revoke_named", { name })} onClick={onRevoke}>
          {t("settings.revoke")}
        </Button>
      )}
    </li>
  );
}

function Keyboard() {
  const { letters } = useValue(preferences);
  return (
    <div className={styles.form}>
      <Tick checked={letters} onValue={value => prefer({ letters: value })}>
        {t("settings.letters")}
      </Tick>
      <Button
        onClick={() => {
          overlay.value = "shortcuts";
        }}
      >
        {t("shortcut.sheet")}
      </Button>
    </div>
  );
}

function Appearance() {
  const chosen = useValue(preferences);
  const languages = Object.entries(LOCALES) as [Locale, string][];
  return (
    <div className={styles.form}>
      <Select
        label={t("settings.theme")}
        value={chosen.theme}
        options={CHOICES.theme.map(theme => [theme, t(`nav.theme_${theme}`)] as const)}
        onValue={theme => prefer({ theme })}
      />
      <Select
        label={t("settings.contrast")}
        value={chosen.contrast}
        options={CHOICES.contrast.map(contrast => [contrast, t(`settings.contrast_${contrast}`)] as const)}
        onValue={contrast => prefer({ contrast })}
      />
      <Select
        label={t("settings.motion")}
        value={chosen.motion}
        options={CHOICES.motion.map(motion => [motion, t(`settings.motion_${motion}`)] as const)}
        onValue={motion => prefer({ motion })}
      />
      <fieldset className={styles.accents}>
        <legend>{t("settings.accent")}</legend>
        {CHOICES.accent.map(accent => (
          <label key={accent} data-accent={accent}>
            <input type="radio" name="accent" checked={chosen.accent === accent} onChange={() => prefer({ accent })} />
            <span aria-hidden="true" />
            {t(`settings.accent_${accent}`)}
          </label>
        ))}
      </fieldset>
      <Select
        label={t("settings.text")}
        value={String(chosen.text)}
        options={CHOICES.text.map(size => [String(size), t("settings.text_pixels", { size })] as const)}
        onValue={size => prefer({ text: Number(size) as Preferences["text"] })}
      />
      <Select
        label={t("nav.density")}
        value={chosen.density}
        options={CHOICES.density.map(density => [density, t(`nav.density_${density}`)] as const)}
        onValue={density => prefer({ density })}
      />
      <Select
        label={t("settings.enter")}
        value={chosen.enter}
        options={CHOICES.enter.map(enter => [enter, t(`settings.enter_${enter}`)] as const)}
        onValue={enter => prefer({ enter })}
      />
      <Select
        label={t("nav.language")}
        value={chosen.language}
        options={[["", t("settings.language_system")], ...languages]}
        onValue={language => prefer({ language })}
      />
    </div>
  );
}

/** The files of another build have other names: its first one tells it from all others. */
const BUILD = document.querySelector<HTMLScriptElement>("script[type=module]")?.src.match(/-([\w-]{8})\.js$/)?.[1];

function About() {
  return (
    <div className={styles.form}>
      <p className={styles.hint}>
        {t("settings.version")}{" "}
        <bdi>
          {VERSION} {BUILD && `(${BUILD})`}
        </bdi>
      </p>
      <a href="/privacy" target="_blank" rel="noopener">
        {t("nav.privacy")}
      </a>
    </div>
  );
}
