import { type ReactNode, useState } from "react";
import type { Id, Invite } from "../protocol";
import { call } from "../store/app";
import { duration, moment } from "../text/dates";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Tick } from "../ui/Field";
import { LinesSkeleton } from "../ui/Skeleton";
import { attempt } from "./attempt";
import { putOnClipboard } from "./clipboard";
import { Failed } from "./Failed";
import styles from "./GroupInfo.module.css";
import { Choice } from "./GroupPermissions";
import { useAsked } from "./useAsked";

/** A part of the panel that is asked for when it is opened. */
export function Fold({ label, children }: { label: string; children: () => ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={styles.section} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open && children()}
    </details>
  );
}

/** The links into a group, and where new ones are made. */
export function GroupInvites({ chatId }: { chatId: Id }) {
  return <Fold label={t("group.invites")}>{() => <Invites chatId={chatId} />}</Fold>;
}

/** Seconds. */
const LASTS = [0, 3600, 86_400, 7 * 86_400];

/** How many people one may let in; 0 for any number. */
const USES = [0, 1, 5, 10, 50, 100];

function Invites({ chatId }: { chatId: Id }) {
  const { reply, problem, again } = useAsked({ type: "invite.list", chat_id: chatId });
  const [lasts, setLasts] = useState(0);
  const [uses, setUses] = useState(0);
  const [approval, setApproval] = useState(false);
  async function make() {
    const expires_at = lasts ? Date.now() + lasts * 1000 : null;
    const command = { type: "invite.create", chat_id: chatId, expires_at, uses: uses || null, approval } as const;
    if (await attempt(call(command))) again();
  }
  async function revoke({ token }: Invite) {
    if (await attempt(call({ type: "invite.revoke", chat_id: chatId, token }))) again();
  }
  return (
    <>
      <Choice
        label={t("group.invite_lasts")}
        value={String(lasts)}
        options={LASTS.map(seconds => [String(seconds), seconds ? duration(seconds) : t("group.for_ever")])}
        onPick={picked => setLasts(Number(picked))}
      />
      <Choice
        label={t("group.invite_uses")}
        value={String(uses)}
        options={USES.map(count => [String(count), t("group.invite_people", { count })])}
        onPick={picked => setUses(Number(picked))}
      />
      <Tick checked={approval} onValue={setApproval}>
        {t("group.invite_approval")}
      </Tick>
      <Button onClick={() => void make()}>{t("group.invite_new")}</Button>
      {problem && <Failed problem={problem} onAgain={again} />}
      {!reply && !problem && <LinesSkeleton rows={1} />}
      <ul>
        {reply?.invites.map(invite => (
          <li key={invite.token} className={styles.invite}>
            <code dir="ltr">{linkOf(invite)}</code>
            <small>
              {t("group.invite_used", { count: invite.used })}
              {invite.uses && ` · ${t("group.invite_people", { count: invite.uses })}`}
              {invite.expires_at && ` · ${t("group.until", { date: moment(invite.expires_at) })}`}
            </small>
            <span className={styles.buttons}>
              <Button onClick={() => putOnClipboard(linkOf(invite))}>{t("key.copy")}</Button>
              <Button onClick={() => void revoke(invite)}>{t("group.revoke")}</Button>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function linkOf(invite: Invite): string {
  return `${location.origin}/join/${invite.token}`;
}
