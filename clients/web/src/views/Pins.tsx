import type { Id } from "../protocol";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { FoundMessage } from "./FoundMessage";
import { useAsked } from "./useAsked";

/** The pinned messages of a chat, the newest in front; a click leads to one. */
export default function Pins({ chatId }: { chatId: Id }) {
  const { reply, problem, again } = useAsked({ type: "message.pins", chat_id: chatId });
  if (problem) {
    return (
      <Empty text={problem}>
        <Button onClick={again}>{t("retry")}</Button>
      </Empty>
    );
  }
  if (!reply) return null;
  if (!reply.messages.length) return <Empty text={t("pins.none")} />;
  return (
    <ul>
      {reply.messages.toReversed().map(message => (
        <FoundMessage key={message.seq} message={message} />
      ))}
    </ul>
  );
}
