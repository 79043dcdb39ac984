import { useState } from "react";
import { post } from "../engine/door";
import { Refused } from "../engine/failures";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Button } from "../ui/Button";
import { Field, PasswordField, Tick, UsernameField } from "../ui/Field";
import { Card, Form, newKey, Problem, Stay, Way, Ways } from "./Entrance";
import styles from "./Entrance.module.css";
import { POLICY_VERSION } from "./policy";
import { useAvailability } from "./useAvailability";
import { useWait } from "./useWait";

const SHORTEST_PASSWORD = 10;

type Place = "username" | "display_name" | "password" | "form";

/** Which line of the form a refusal is about. */
function placeOf(error: unknown): Place {
  const reason = error instanceof Refused ? error.failure.reason : "";
  return (["username", "display_name", "password"] as const).find(place => reason.startsWith(place)) ?? "form";
}

export function Register() {
  const [displayName, setDisplayName] = useState("");
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const [age, setAge] = useState(false);
  const [policy, setPolicy] = useState(false);
  const [stays, setStays] = useState(true);
  const username = asUsername(typed);
  const availability = useAvailability(username);
  const wait = useWait();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ place: Place; text: string } | null>(null);

  const at = (place: Place) => (problem?.place === place ? problem.text : null);
  const complete = displayName.trim() && username && password && age && policy;

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      const account = { username, password, display_name: displayName.trim(), age_confirmed: age };
      const registered = await post({ type: "account.register", ...account, policy_version: POLICY_VERSION });
      newKey.value = { key: registered.recovery_key, username, password, stays };
    } catch (error) {
      if (!wait.begin(error)) setProblem({ place: placeOf(error), text: explain(error) });
    }
    setBusy(false);
  }

  return (
    <Card title={t("register.title")}>
      <Form onSubmit={() => void submit()}>
        <Field
          label={t("register.display_name")}
          name="name"
          autoComplete="name"
          autoFocus
          maxLength={64}
          hint={t("register.display_name_hint")}
          problem={at("display_name")}
          value={displayName}
          onValue={setDisplayName}
        />
        <UsernameField
          label={t("register.username")}
          maxLength={32}
          hint={
            <>
              {!availability && t("register.username_hint")}
              <span
                aria-live="polite"
                className={availability?.problem === null ? styles.free : styles.taken}
                data-testid="availability"
              >
                {availability && (availability.problem ?? t("register.username_free"))}
              </span>
            </>
          }
          problem={at("username")}
          value={typed}
          onValue={value => {
            setTyped(value);
            if (problem?.place === "username") setProblem(null);
          }}
        />
        <PasswordField
          label={t("register.password")}
          name="password"
          autoComplete="new-password"
          maxLength={256}
          hint={strength(password)}
          problem={at("password")}
          value={password}
          onValue={setPassword}
        />
        <Tick onValue={setAge} checked={age}>
          {t("register.age")}
        </Tick>
        <Tick onValue={setPolicy} checked={policy}>
          {t("register.policy")}{" "}
          <a href="/privacy" target="_blank" rel="noopener">
            {t("register.policy_link")}
          </a>
        </Tick>
        <Stay stays={stays} onStays={setStays} />
        <Problem text={at("form")} wait={wait} />
        <Button type="submit" look="primary" busy={busy} disabled={!complete || wait.left > 0}>
          {t("register.submit")}
        </Button>
      </Form>
      <Ways>
        <span>
          {t("register.have_account")} <Way to="sign-in">{t("sign_in.submit")}</Way>
        </span>
      </Ways>
    </Card>
  );
}

/** What to say of a password by its length, which is what counts. */
function strength(password: string): string {
  const { length } = [...password];
  if (!length) return t("register.password_hint");
  if (length < SHORTEST_PASSWORD) return t("register.password_weak");
  return t(length < 16 ? "register.password_fair" : "register.password_strong");
}
