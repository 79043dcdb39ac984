import { Copy, Download } from "lucide-react";
import { useEffect, useState } from "react";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { say } from "../ui/toasts";
import { Card, Form, Problem } from "./Entrance";
import styles from "./Entrance.module.css";
import { useWait } from "./useWait";

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
  const wait = useWait();
  const [busy, setBusy] = useState(false);

  // It is not shown again.
  useEffect(() => {
    const ask = (event: Event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);

  async function submit() {
    if (typed.trim().toUpperCase() !== recoveryKey.slice(-4)) {
      setProblem(t("key.wrong"));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await onKept();
    } catch (error) {
      if (!wait.begin(error)) setProblem(explain(error));
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
            navigator.clipboard.writeText(recoveryKey).then(
              () => say(t("key.copied")),
              () => {}, // the browser was told not to; it stands there
            );
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
        <Problem text={null} wait={wait} />
        <Button type="submit" look="primary" busy={busy} disabled={typed.length < 4 || wait.left > 0}>
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
