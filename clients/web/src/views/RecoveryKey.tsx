import { Copy, Download } from "lucide-react";
import { useState } from "react";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { say } from "../ui/toasts";
import { Card, Form } from "./Entrance";
import styles from "./Entrance.module.css";

interface Props {
  recoveryKey: string;
  username: string;
  /** They have it. */
  onKept: () => Promise<void>;
}

/** The key, shown this once: one goes on only with its last characters. */
export function RecoveryKey({ recoveryKey, username, onKept }: Props) {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    if (typed.trim().toUpperCase() !== recoveryKey.slice(-4)) {
      setProblem(t("key.wrong"));
      return;
    }
    setBusy(true);
    try {
      await onKept();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  return (
    <Card title={t("key.title")} text={t("key.text")}>
      <p className={styles.key} data-testid="recovery-key">
        {recoveryKey}
      </p>
      <div className={styles.keep}>
        <Button
          onClick={() => {
            void navigator.clipboard.writeText(recoveryKey).then(() => say(t("key.copied")));
          }}
        >
          <Copy size={16} />
          {t("key.copy")}
        </Button>
        <Button onClick={() => save(`dialog-${username}.txt`, recoveryKey)}>
          <Download size={16} />
          {t("key.download")}
        </Button>
      </div>
      <Form onSubmit={() => void submit()}>
        <Field
          label={t("key.confirm")}
          name="confirm"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={4}
          problem={problem}
          value={typed}
          onValue={setTyped}
        />
        <Button type="submit" look="primary" busy={busy} disabled={typed.length < 4}>
          {t("key.done")}
        </Button>
      </Form>
    </Card>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
