import { signal } from "@preact/signals-core";
import type { ReactNode } from "react";
import { post } from "../engine/door";
import { engine } from "../store/app";
import { deviceName } from "../store/device";
import { useValue } from "../store/hooks";
import { go, type Route, route } from "../store/router";
import { timer } from "../text/dates";
import { t } from "../text/i18n";
import { Tick } from "../ui/Field";
import { Logo } from "../ui/Logo";
import { plainly } from "../ui/plainly";
import styles from "./Entrance.module.css";
import { Recover } from "./Recover";
import { RecoveryKey } from "./RecoveryKey";
import { Register } from "./Register";
import { SignIn } from "./SignIn";
import { UpdateLine } from "./UpdateLine";
import type { Wait } from "./useWait";

const WAYS_IN = ["sign-in", "register", "recover"] as const;
type WayIn = (typeof WAYS_IN)[number];

/** A recovery key that is to be kept before one goes on, wherever in the entrance one went meanwhile. */
export const newKey = signal<NewKey | null>(null);

interface NewKey extends SigningIn {
  key: string;
}

interface SigningIn {
  username: string;
  password: string;
  /** They stay signed in when the browser is closed. */
  stays: boolean;
}

/** A wait that is shorter is shown as a clock. */
const HOUR = 3600;

/** Where somebody wanted to go, who had to register first or to set a password. */
let wanted: Route = { name: "chats" };

/** The screens of those who are not signed in. The address that somebody came with stays, for when they are. */
export default function Entrance() {
  const { name } = useValue(route);
  const made = useValue(newKey);
  if (!isSecureContext) return <Insecure />;
  if (made) return <RecoveryKey recoveryKey={made.key} username={made.username} onKept={() => enter(made)} />;
  if (name === "register") return <Register />;
  if (name === "recover") return <Recover />;
  return <SignIn />;
}

async function enter(made: NewKey): Promise<void> {
  await signIn(made);
  newKey.value = null;
}

/** Without encryption browsers keep back what the app needs; also, everybody on the way could read along. */
function Insecure() {
  return (
    <Card title={t("app.insecure")} text={t("app.insecure_text")}>
      {null}
    </Card>
  );
}

/** One card in the middle of the screen. */
export function Card({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <main className={styles.entrance}>
      <UpdateLine />
      <section className={styles.card} aria-labelledby="card">
        <header className={styles.head}>
          <Logo />
          <h1 id="card">{title}</h1>
          {text && <p>{text}</p>}
        </header>
        {children}
      </section>
    </main>
  );
}

export function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** What went wrong with a form as a whole. A wait is heard once, and seen running down. */
export function Problem({ text, wait }: { text: string | null; wait: Wait }) {
  if (wait.left) {
    return (
      <>
        <p className={styles.heard} role="alert">
          {wait.said}
        </p>
        <p className={styles.problem} aria-hidden="true" data-testid="wait">
          {wait.left < HOUR ? t("entrance.wait", { time: timer(wait.left) }) : wait.said}
        </p>
      </>
    );
  }
  return text ? (
    <p className={styles.problem} role="alert">
      {text}
    </p>
  ) : null;
}

/** Whether to stay signed in when the browser is closed. */
export function Stay({ stays, onStays }: { stays: boolean; onStays: (stays: boolean) => void }) {
  return (
    <Tick name="stay" checked={stays} onValue={onStays}>
      {t("entrance.stay")}
    </Tick>
  );
}

/** Other ways in, below a form. */
export function Ways({ children }: { children: ReactNode }) {
  return <footer className={styles.ways}>{children}</footer>;
}

export function Way({ to, children }: { to: WayIn; children: ReactNode }) {
  return (
    <a
      href={`/${to}`}
      onClick={plainly(() => {
        if (!isWayIn(route.peek())) wanted = route.peek();
        go({ name: to });
      })}
    >
      {children}
    </a>
  );
}

function isWayIn({ name }: Route): boolean {
  return WAYS_IN.some(way => way === name);
}

/** Open a session in this browser; the app follows by itself. Rejects as `post` does. */
export async function signIn({ username, password, stays }: SigningIn): Promise<void> {
  const device = { name: deviceName(navigator.userAgent) };
  const tokens = await post({ type: "session.open", username, password, device });
  if (isWayIn(route.peek())) go(wanted, { replace: true });
  wanted = { name: "chats" };
  await engine.signedIn(tokens, !stays);
}
