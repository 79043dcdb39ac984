import { useState } from "react";
import { areWrong, explain } from "../text/failures";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Button } from "../ui/Button";
import { PasswordField, UsernameField } from "../ui/Field";
import { Card, Form, Problem, Stay, signIn, Way, Ways } from "./Entrance";
import { useWait } from "./useWait";

export function SignIn() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [stays, setStays] = useState(true);
  const wait = useWait();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      await signIn({ username: asUsername(username), password, stays });
    } catch (error) {
      if (!wait.begin(error)) setProblem(areWrong(error) ? t("sign_in.wrong") : explain(error));
      setBusy(false);
    }
  }

  return (
    <Card title={t("sign_in.title")}>
      <Form onSubmit={() => void submit()}>
        <UsernameField label={t("sign_in.username")} autoFocus required value={username} onValue={setUsername} />
        <PasswordField
          label={t("sign_in.password")}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        <Stay stays={stays} onStays={setStays} />
        <Problem text={problem} wait={wait} />
        <Button type="submit" look="primary" busy={busy} disabled={!username || !password || wait.left > 0}>
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
