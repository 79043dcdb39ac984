import type { Id } from "../protocol";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import { RovingList } from "../ui/RovingList";
import { LinesSkeleton } from "../ui/Skeleton";
import { Failed } from "./Failed";
import { FoundMessage } from "./FoundMessage";
import { useAsked } from "./useAsked";
import { useLasting } from "./useLasting";

/** The pinned messages of a chat, the newest in front; a click leads to one. */
export default function Pins({ chatId }: { chatId: Id }) {
  const { reply, problem, again } = useAsked({ type: "message.pins", chat_id: chatId });
  const messages = useLasting(reply?.messages);
  if (problem) return <Failed problem={problem} onAgain={again} />;
  if (!reply) return <LinesSkeleton rows={4} />;
  if (!messages.length) return <Empty text={t("pins.none")} />;
  return (
    <RovingList>
      {messages.toReversed().map(message => (
        <FoundMessage key={message.seq} message={message} />
      ))}
    </RovingList>
  );
}
