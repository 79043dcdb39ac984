import { useId } from "react";
import type { Role } from "../protocol";
import { reaches } from "../state/roles";
import type { Chat } from "../state/whole";
import { call } from "../store/app";
import { duration } from "../text/dates";
import { t } from "../text/i18n";
import { Options } from "../ui/Select";
import { attempt } from "./attempt";
import styles from "./GroupInfo.module.css";

const MAY = ["may_send", "may_add", "may_edit", "may_pin", "may_delete"] as const;
const ROLES: Role[] = ["member", "admin", "owner"];
/** Seconds. */
const SLOW = [0, 10, 30, 60, 300, 900, 3600];

/** Who may do what in a group, and how often one may write. An admin reaches no further than their own role. */
export function GroupPermissions({ chat, role }: { chat: Chat; role: Role }) {
  const chat_id = chat.id;
  const waits = SLOW.includes(chat.slow_mode) ? SLOW : [...SLOW, chat.slow_mode];
  return (
    <details className={styles.section}>
      <summary>{t("group.permissions")}</summary>
      {MAY.map(may => (
        <Choice
          key={may}
          label={t(`group.${may}`)}
          value={chat[may]}
          disabled={!reaches(role, chat[may])}
          options={ROLES.filter(one => reaches(role, one) || one === chat[may]).map(one => [one, t(`group.to_${one}`)])}
          onPick={picked => void attempt(call({ type: "chat.edit", chat_id, [may]: picked }))}
        />
      ))}
      <Choice
        label={t("group.slow_mode")}
        value={String(chat.slow_mode)}
        options={waits.map(seconds => [String(seconds), seconds ? duration(seconds) : t("group.off")])}
        onPick={picked => void attempt(call({ type: "chat.edit", chat_id, slow_mode: Number(picked) }))}
      />
    </details>
  );
}

interface Props {
  label: string;
  value: string;
  disabled?: boolean;
  options: [string, string][];
  onPick: (value: string) => void;
}

/** One of several, with what is chosen of before it. */
export function Choice({ label, value, disabled = false, options, onPick }: Props) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <label htmlFor={id}>{label}</label>
      <Options id={id} value={value} disabled={disabled} options={options} onValue={onPick} />
    </div>
  );
}
