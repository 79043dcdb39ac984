import type { ReactNode } from "react";
import { post } from "../engine/door";
import { engine } from "../store/app";
import { deviceName } from "../store/device";
import { useValue } from "../store/hooks";
import { go, type Route, route } from "../store/router";
import { Logo } from "../ui/Logo";
import styles from "./Entrance.module.css";
import { Recover } from "./Recover";
import { Register } from "./Register";
import { SignIn } from "./SignIn";

/** The screens of those who are not signed in. The address that somebody came with stays, for when they are. */
export default function Entrance() {
  const { name } = useValue(route);
  if (name === "register") return <Register />;
  if (name === "recover") return <Recover />;
  return <SignIn />;
}

/** One card in the middle of the screen. */
export function Card({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <main className={styles.entrance}>
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

/** What went wrong with a form as a whole. */
export function Problem({ text }: { text: string | null }) {
  return text ? (
    <p className={styles.problem} role="alert">
      {text}
    </p>
  ) : null;
}

/** Other ways in, below a form. */
export function Ways({ children }: { children: ReactNode }) {
  return <footer className={styles.ways}>{children}</footer>;
}

export function Way({
  to,
  children,
}: {
  to: Route["name"] & ("sign-in" | "register" | "recover");
  children: ReactNode;
}) {
  return (
    <a
      href={`/${to}`}
      onClick={event => {
        event.preventDefault();
        go({ name: to });
      }}
    >
      {children}
    </a>
  );
}

/** Open a session in this browser; the app follows by itself. Rejects as `post` does. */
export async function signIn(username: string, password: string): Promise<void> {
  const device = { name: deviceName(navigator.userAgent) };
  const tokens = await post({ type: "session.open", username, password, device });
  if (["sign-in", "register", "recover"].includes(route.peek().name)) go({ name: "chats" }, { replace: true });
  await engine.signedIn(tokens);
}
