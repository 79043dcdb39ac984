import { useState } from "react";
import type { Id, Message, ReportReason } from "../protocol";
import { call } from "../store/app";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { Field, Tick } from "../ui/Field";
import { Select } from "../ui/Select";
import { say } from "../ui/toasts";

const REASONS: ReportReason[] = [
  "spam",
  "harassment",
  "hate",
  "violence",
  "sexual",
  "child_safety",
  "self_harm",
  "impersonation",
  "illegal",
  "under_age",
  "other",
];

interface Props {
  userId: Id;
  name: string;
  /** What they said, where it is that which is told of. */
  message?: Message;
  onClose: () => void;
}

/** Tell the operators of somebody, or of what they said. */
export default function Report({ userId, name, message, onClose }: Props) {
  const [reason, setReason] = useState<ReportReason>("spam");
  const [comment, setComment] = useState("");
  const [context, setContext] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    const why = { reason, comment: comment.trim() };
    try {
      if (message) await call({ type: "report.message", chat_id: message.chat_id, seq: message.seq, context, ...why });
      else await call({ type: "report.user", user_id: userId, ...why });
      onClose();
      say(t("report.sent"));
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={t(message ? "report.message_title" : "report.title", { name })} onClose={onClose}>
      <p>{t(message ? "report.message_text" : "report.text")}</p>
      <Select
        label={t("report.reason")}
        value={reason}
        options={REASONS.map(key => [key, t(`report.${key}`)] as const)}
        onValue={setReason}
      />
      <Field
        label={t("report.comment")}
        name="comment"
        maxLength={1000}
        problem={problem}
        value={comment}
        onValue={setComment}
      />
      {message && (
        <Tick checked={context} onValue={setContext}>
          {t("report.context")}
        </Tick>
      )}
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="danger" busy={busy} onClick={() => void submit()}>
          {t("report.report")}
        </Button>
      </Choices>
    </Dialog>
  );
}
