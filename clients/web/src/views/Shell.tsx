import { lazy, Suspense, useEffect } from "react";
import { engine } from "../store/app";
import { useValue } from "../store/hooks";
import { shownProfile } from "../store/profile";
import { type Route, route } from "../store/router";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import { ChatList } from "./ChatList";
import { ConnectionLine } from "./ConnectionLine";
import { Conversation } from "./Conversation";
import { Panel } from "./Panel";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";
import { Warnings } from "./Warnings";

const Friends = lazy(() => import("./Friends"));
const JoinGroup = lazy(() => import("./JoinGroup"));
const Profile = lazy(() => import("./Profile"));
const Settings = lazy(() => import("./Settings"));

/** The screen of who is signed in: rail, list, conversation; one of them at a time where it is narrow. */
export default function Shell() {
  const at = useValue(route);
  const chatId = at.name === "chat" ? at.chatId : null;
  const profile = useValue(shownProfile);
  useUsage(chatId);
  return (
    <div className={styles.shell} data-open={placeOf(at)}>
      <div className={styles.top}>
        <ConnectionLine />
        <Warnings />
      </div>
      <Rail />
      <ChatList open={chatId} />
      <main className={styles.main}>
        <Suspense fallback={null}>
          <Screen at={at} />
        </Suspense>
      </main>
      <Panel open={chatId} />
      {at.name === "join" && (
        <Suspense fallback={null}>
          <JoinGroup key={at.token} token={at.token} />
        </Suspense>
      )}
      <Suspense fallback={null}>{profile !== null && <Profile key={profile} userId={profile} />}</Suspense>
    </div>
  );
}

/** Which one of the parts is seen where it is narrow. */
function placeOf(at: Route): "list" | "chat" | "screen" {
  if (at.name === "chat") return "chat";
  return at.name === "friends" || at.name === "settings" ? "screen" : "list";
}

function Screen({ at }: { at: Route }) {
  switch (at.name) {
    case "chat":
      return <Conversation key={at.chatId} chatId={at.chatId} />;
    case "friends":
      return <Friends />;
    case "settings":
      return <Settings />;
    default:
      return <Empty text={t("chat.none")} />;
  }
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
