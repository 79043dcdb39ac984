import { Copy, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { ConnectionLost } from "../engine/failures";
import type { Id, Message, Scheduled as Waiting } from "../protocol";
import { may } from "../state/roles";
import { call, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { jump } from "../store/jump";
import { titleOf } from "../store/names";
import { now } from "../store/now";
import { panel } from "../store/panel";
import { go } from "../store/router";
import { windowOf } from "../store/windows";
import { takenBack } from "../store/writing";
import { exactly } from "../text/dates";
import { explain } from "../text/failures";
import { type MessageId, t } from "../text/i18n";
import { whenSent } from "../text/later";
import { Button, IconButton } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Empty } from "../ui/Empty";
import { RovingList } from "../ui/RovingList";
import { say } from "../ui/toasts";
import { attempt } from "./attempt";
import { copy } from "./MessageMenu";
import { MessageText } from "./MessageText";
import styles from "./Scheduled.module.css";

/** Why the server did not post it: of a refusal it keeps the reason alone, without its numbers. */
const REASONS: Record<string, MessageId> = {
  forbidden: "refused.forbidden",
  not_found: "scheduled.not_found",
  not_accepting: "refused.not_accepting",
  blocked_by_you: "refused.blocked_by_you",
  reply_refused: "scheduled.reply_refused",
  links_refused: "scheduled.links_refused",
  suspended: "scheduled.suspended",
};

/** What one has scheduled in a chat, or in all of them; what can be done about each. */
export default function Scheduled({ chatId }: { chatId: Id | null }) {
  const waiting = useComputed(
    () => store.scheduled.value.filter(one => one.chat_id === (chatId ?? one.chat_id)),
    [chatId],
  );
  if (!waiting.length) return <Empty text={t("scheduled.none")} />;
  return (
    <div className={styles.list}>
      <RovingList>
        {waiting.map(one => (
          <Item key={one.id} scheduled={one} withChat={chatId === null} />
        ))}
      </RovingList>
    </div>
  );
}

function Item({ scheduled, withChat }: { scheduled: Waiting; withChat: boolean }) {
  const { id, chat_id, text, send_at, failure } = scheduled;
  const record = useValue(store.chats.at(chat_id));
  const title = useComputed(() => (record ? titleOf(record.chat) : t("scheduled.no_chat")), [record]);
  const when = useComputed(() => whenSent(send_at, now.value), [send_at]);
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);

  async function work(what: (scheduled: Waiting) => Promise<void>) {
    setBusy(true);
    await attempt(what(scheduled));
    setBusy(false);
  }

  return (
    <li className={styles.item}>
      <p className={styles.head}>
        {withChat && <bdi className={styles.where}>{title}</bdi>}
        <time dateTime={new Date(send_at).toISOString()} title={exactly(send_at)}>
          {when}
        </time>
      </p>
      <div className={styles.text} dir="auto">
        <MessageText text={text} id={`scheduled-${id}`} />
      </div>
      {failure !== null && (
        <p className={styles.failure}>
          {t("message.failed")}. {t(REASONS[failure] ?? "refused.conflict")}
        </p>
      )}
      <div className={styles.ways}>
        {record && may(record, "may_send") ? (
          <>
            <Button busy={busy} onClick={() => void work(sendNow)}>
              {t("scheduled.send")}
            </Button>
            <IconButton label={t("message.edit")} disabled={busy} onClick={() => void work(takeBack)}>
              <Pencil size={18} />
            </IconButton>
          </>
        ) : (
          <IconButton label={t("message.copy")} onClick={() => copy([scheduled])}>
            <Copy size={18} />
          </IconButton>
        )}
        <IconButton label={t("message.delete")} disabled={busy} onClick={() => setDeleting(true)}>
          <Trash2 size={18} />
        </IconButton>
      </div>
      {deleting && (
        <Confirm
          title={t("message.delete_title")}
          text={t("scheduled.delete_text")}
          action={t("message.delete")}
          onClose={() => setDeleting(false)}
          onPick={() => void work(unschedule)}
        />
      )}
    </li>
  );
}

async function unschedule({ id }: Waiting): Promise<void> {
  await call({ type: "message.unschedule", scheduled_id: id });
}

/** It has the nonce that it would have at its time: whatever becomes of the second command, it is posted once. */
async function sendNow(scheduled: Waiting): Promise<void> {
  const { chat_id, nonce, text, reply_to, mentions, mention_all } = scheduled;
  await call({ type: "message.send", chat_id, nonce, text, reply_to, mentions, mention_all });
  jump.value = { chatId: chat_id, end: true };
  await unschedule(scheduled).catch(() => {}); // its time has come, or comes and changes nothing
}

/** Let it be written on where one writes, and scheduled anew. */
async function takeBack(scheduled: Waiting): Promise<void> {
  const { chat_id, text, reply_to } = scheduled;
  const reply = reply_to === null ? null : await answered(chat_id, reply_to);
  await unschedule(scheduled).catch(error => {
    if (!(error instanceof ConnectionLost)) throw error;
    say(explain(error)); // it may be taken back all the same: rather twice than not at all
  });
  takenBack.value = { chatId: chat_id, text, reply };
  go({ name: "chat", chatId: chat_id });
  panel.value = null;
}

async function answered(chatId: Id, seq: number): Promise<Message | null> {
  const messages = windowOf(chatId);
  if (messages.quote(seq) === undefined) await messages.askQuote(seq).catch(() => {}); // then it answers nothing
  return messages.quote(seq) ?? null;
}
