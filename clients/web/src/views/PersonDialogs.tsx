import { useState } from "react";
import type { Id, ReportReason } from "../protocol";
import { call } from "../store/app";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { say } from "../ui/toasts";
import { relate } from "./people";

interface Props {
  userId: Id;
  name: string;
  onClose: () => void;
}

/** What follows from blocking somebody, before one does. */
export function BlockDialog({ userId, name, onClose }: Props) {
  return (
    <Dialog title={t("person.block_title", { name })} onClose={onClose}>
      <p>{t("person.block_text")}</p>
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          look="danger"
          autoFocus
          onClick={() => {
            onClose();
            void relate("block.add", userId);
          }}
        >
          {t("person.block")}
        </Button>
      </Choices>
    </Dialog>
  );
}

export function RemoveDialog({ userId, name, onClose }: Props) {
  return (
    <Dialog title={t("person.remove_title")} onClose={onClose}>
      <p>{t("person.remove_text", { name })}</p>
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          look="danger"
          autoFocus
          onClick={() => {
            onClose();
            void relate("friend.remove", userId);
          }}
        >
          {t("person.remove")}
        </Button>
      </Choices>
    </Dialog>
  );
}

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

/** Tell the operators of somebody. */
export function ReportDialog({ userId, name, onClose }: Props) {
  const [reason, setReason] = useState<ReportReason>("spam");
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    try {
      await call({ type: "report.user", user_id: userId, reason, comment: comment.trim() });
      onClose();
      say(t("report.sent"));
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={t("report.title", { name })} onClose={onClose}>
      <p>{t("report.text")}</p>
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
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button look="danger" busy={busy} onClick={() => void submit()}>
          {t("report.report")}
        </Button>
      </Choices>
    </Dialog>
  );
}
