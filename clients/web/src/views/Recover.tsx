import { useState } from "react";
import { post } from "../engine/door";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field, PasswordField } from "../ui/Field";
import { Card, Form, Problem, signIn, Way, Ways } from "./Entrance";
import { RecoveryKey } from "./RecoveryKey";

/** A new password by the recovery key, which is then replaced. */
export function Recover() {
  const [username, setUsername] = useState("");
  const [key, setKey] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [next, setNext] = useState<string | null>(null);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      const command = { type: "recovery.use", username, recovery_key: key, new_password: password } as const;
      setNext((await post(command)).recovery_key);
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  }

  if (next) return <RecoveryKey recoveryKey={next} username={username} onKept={() => signIn(username, password)} />;
  return (
    <Card title={t("recover.title")} text={t("recover.text")}>
      <Form onSubmit={() => void submit()}>
        <Field
          label={t("sign_in.username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          onValue={value => setUsername(value.trim().toLowerCase())}
        />
        <Field
          label={t("recover.key")}
          name="recovery-key"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={key}
          onValue={setKey}
        />
        <PasswordField
          label={t("recover.new_password")}
          name="new-password"
          autoComplete="new-password"
          hint={t("register.password_hint")}
          value={password}
          onValue={setPassword}
        />
        <Problem text={problem} />
        <Button type="submit" look="primary" busy={busy} disabled={!username || !key || !password}>
          {t("recover.submit")}
        </Button>
      </Form>
      <Ways>
        <Way to="sign-in">{t("back")}</Way>
      </Ways>
    </Card>
  );
}
