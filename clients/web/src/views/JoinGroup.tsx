import { useState } from "react";
import { call } from "../store/app";
import { cameFrom, go, goBack } from "../store/router";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { attempt } from "./attempt";
import { Folded } from "./Folded";
import { useAsked } from "./useAsked";

/** Whoever followed the link in a chat is there again. */
function away(): void {
  const from = cameFrom();
  goBack(from.name === "chat" ? from : { name: "chats" });
}

/** What a link leads to, before one goes there. */
export default function JoinGroup({ token }: { token: string }) {
  const { reply: look, problem } = useAsked({ type: "invite.look", token });
  const [asked, setAsked] = useState(false);
  const join = () =>
    attempt(
      call({ type: "invite.join", token }).then(({ chat }) => {
        if (chat) go({ name: "chat", chatId: chat.id }, { replace: true });
        else setAsked(true);
      }),
    );
  return (
    <Dialog title={look?.title ?? t("join.title")} onClose={away}>
      {problem && (
        <>
          <p role="alert">{problem}</p>
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
          {asked && <p role="status">{t("join.asked")}</p>}
          <Choices>
            <Button onClick={away}>{t(asked ? "close" : "cancel")}</Button>
            {!asked && (
              <Button look="primary" autoFocus onClick={() => void join()}>
                {t(look.joined ? "new.open" : look.approval ? "join.ask" : "join.join")}
              </Button>
            )}
          </Choices>
        </>
      )}
    </Dialog>
  );
}
