import { lazy, Suspense, useEffect } from "react";
import { engine } from "../store/app";
import { useValue } from "../store/hooks";
import { route } from "../store/router";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import { ChatList } from "./ChatList";
import { ConnectionLine } from "./ConnectionLine";
import { Conversation } from "./Conversation";
import { Panel } from "./Panel";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";

const JoinGroup = lazy(() => import("./JoinGroup"));

/** The screen of who is signed in: rail, list, conversation; one of them at a time where it is narrow. */
export default function Shell() {
  const at = useValue(route);
  const chatId = at.name === "chat" ? at.chatId : null;
  useUsage(chatId);
  return (
    <div className={styles.shell} data-open={chatId !== null}>
      <ConnectionLine />
      <Rail />
      <ChatList open={chatId} />
      <main className={styles.main}>
        {chatId === null ? <Empty text={t("chat.none")} /> : <Conversation key={chatId} chatId={chatId} />}
      </main>
      <Panel open={chatId} />
      {at.name === "join" && (
        <Suspense fallback={null}>
          <JoinGroup key={at.token} token={at.token} />
        </Suspense>
      )}
    </div>
  );
}

const INPUT = ["pointerdown", "keydown", "wheel"] as const;

/** Tell the engine how the app is used: others see it as presence. */
function useUsage(chatId: number | null): void {
  useEffect(() => {
    const touch = () => void engine.touch(chatId);
    const look = () => (document.visibilityState === "visible" && document.hasFocus() ? touch() : void engine.blur());
    look();
    for (const name of INPUT) addEventListener(name, touch, { passive: true });
    for (const name of ["focus", "blur", "visibilitychange"]) addEventListener(name, look);
    return () => {
      for (const name of INPUT) removeEventListener(name, touch);
      for (const name of ["focus", "blur", "visibilitychange"]) removeEventListener(name, look);
    };
  }, [chatId]);
}
