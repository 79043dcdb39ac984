import { useState } from "react";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field, PasswordField } from "../ui/Field";
import { Card, Form, Problem, signIn, Way, Ways } from "./Entrance";

export function SignIn() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      await signIn(username.trim().toLowerCase(), password);
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  return (
    <Card title={t("sign_in.title")}>
      <Form onSubmit={() => void submit()}>
        <Field
          label={t("sign_in.username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          value={username}
          onValue={setUsername}
        />
        <PasswordField
          label={t("sign_in.password")}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        <Problem text={problem} />
        <Button type="submit" look="primary" busy={busy} disabled={!username || !password}>
          {t("sign_in.submit")}
        </Button>
      </Form>
      <Ways>
        <span>
          {t("sign_in.no_account")} <Way to="register">{t("sign_in.register")}</Way>
        </span>
        <Way to="recover">{t("sign_in.forgot")}</Way>
      </Ways>
    </Card>
  );
}
