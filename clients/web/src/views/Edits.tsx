import type { Message } from "../protocol";
import { call } from "../store/app";
import { exactly } from "../text/dates";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { attempt } from "./attempt";
import styles from "./Edits.module.css";
import { Failed } from "./Failed";
import { RichText } from "./RichText";
import { useAsked } from "./useAsked";

interface Props {
  message: Message;
  own: boolean;
  onClose: () => void;
}

/** What a message said before it was edited. Its author can do away with that. */
export default function Edits({ message, own, onClose }: Props) {
  const { chat_id, seq } = message;
  const { reply, problem, again } = useAsked({ type: "message.edits", chat_id, seq });
  async function purge() {
    if (await attempt(call({ type: "message.purge_edits", chat_id, seq }))) onClose();
  }
  return (
    <Dialog title={t("message.edits")} onClose={onClose}>
      {problem && <Failed problem={problem} onAgain={again} />}
      {reply && !reply.edits.length && <p>{t("message.no_edits")}</p>}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: of links, which have keys */}
      <ol className={styles.edits} onClick={event => event.defaultPrevented && onClose()}>
        {reply?.edits.map(edit => (
          <li key={edit.version}>
            <time dateTime={new Date(edit.written_at).toISOString()}>{exactly(edit.written_at)}</time>
            <RichText text={edit.text} />
          </li>
        ))}
      </ol>
      {own && reply && reply.edits.length > 0 && (
        <Choices>
          <Button onClick={() => void purge()}>{t("message.purge_edits")}</Button>
        </Choices>
      )}
    </Dialog>
  );
}
