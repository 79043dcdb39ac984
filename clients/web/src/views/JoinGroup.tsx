import { useState } from "react";
import { Refused } from "../engine/failures";
import { call, store } from "../store/app";
import { useNews } from "../store/news";
import { cameFrom, go, goBack } from "../store/router";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog, Problem } from "../ui/Dialog";
import { Folded } from "./Folded";
import { useAsked } from "./useAsked";

/** Whoever followed the link in a chat is there again. */
function away(): void {
  const from = cameFrom();
  goBack(from.name === "chat" ? from : { name: "chats" });
}

/** What is wrong with a link. */
function explainLink(error: unknown): string {
  const isMalformed = error instanceof Refused && error.failure.reason === "invalid";
  return isMalformed ? t("join.malformed") : explain(error);
}

/** What a link leads to, before one goes there. */
export default function JoinGroup({ token }: { token: string }) {
  const { reply: look, problem, again } = useAsked({ type: "invite.look", token }, explainLink);
  const [hasAsked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const waits = look?.approval && !look.joined && (hasAsked || look.asked);
  useNews(store.arrivals, () => {
    if (waits) again();
  });
  async function join() {
    setBusy(true);
    setRefusal(null);
    try {
      const { chat } = await call({ type: "invite.join", token });
      if (chat) go({ name: "chat", chatId: chat.id }, { replace: true });
      else setAsked(true);
    } catch (error) {
      setRefusal(explain(error));
    }
    setBusy(false);
  }
  return (
    <Dialog title={look?.title ?? t("join.title")} onClose={away}>
      {problem && !look && (
        <>
          <Problem>{problem}</Problem>
          <Choices>
            <Button onClick={away}>{t("close")}</Button>
          </Choices>
        </>
      )}
      {look && (
        <>
          <p>{t("chat.members", { count: look.member_count })}</p>
          {look.description && (
            <Folded text={look.description} id={`invite-${token}`}>
              <p dir="auto">{look.description}</p>
            </Folded>
          )}
          {(waits || look.joined) && <p role="status">{t(waits ? "join.asked" : "join.in")}</p>}
          {refusal && <Problem>{refusal}</Problem>}
          <Choices>
            <Button onClick={away}>{t(waits ? "close" : "cancel")}</Button>
            {!waits && (
              <Button look="primary" autoFocus busy={busy} onClick={() => void join()}>
                {t(look.joined ? "new.open" : look.approval ? "join.ask" : "join.join")}
              </Button>
            )}
          </Choices>
        </>
      )}
    </Dialog>
  );
}
