import { useState } from "react";
import { post } from "../engine/door";
import { areWrong, explain } from "../text/failures";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Button } from "../ui/Button";
import { Field, PasswordField, UsernameField } from "../ui/Field";
import { Card, Form, newKey, Problem, Stay, Way, Ways } from "./Entrance";
import { useWait } from "./useWait";

/** A new password by the recovery key, which is then replaced. */
export function Recover() {
  const [typed, setTyped] = useState("");
  const [key, setKey] = useState("");
  const [password, setPassword] = useState("");
  const [stays, setStays] = useState(true);
  const wait = useWait();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const username = asUsername(typed);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      const command = { type: "recovery.use", username, recovery_key: key, new_password: password } as const;
      newKey.value = { key: (await post(command)).recovery_key, username, password, stays };
    } catch (error) {
      if (!wait.begin(error)) setProblem(areWrong(error) ? t("recover.wrong") : explain(error));
    }
    setBusy(false);
  }

  return (
    <Card title={t("recover.title")} text={t("recover.text")}>
      <Form onSubmit={() => void submit()}>
        <UsernameField label={t("sign_in.username")} value={typed} onValue={setTyped} />
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
        <Stay stays={stays} onStays={setStays} />
        <Problem text={problem} wait={wait} />
        <Button type="submit" look="primary" busy={busy} disabled={!username || !key || !password || wait.left > 0}>
          {t("recover.submit")}
        </Button>
      </Form>
      <Ways>
        <Way to="sign-in">{t("back")}</Way>
      </Ways>
    </Card>
  );
}
