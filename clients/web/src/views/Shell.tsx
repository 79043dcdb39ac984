import { useEffect } from "react";
import { engine, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { shownProfile } from "../store/profile";
import { type Route, route } from "../store/router";
import { overlay } from "../store/shortcuts";
import { t } from "../text/i18n";
import { Empty } from "../ui/Empty";
import { lazily } from "../ui/lazily";
import { ChatList } from "./ChatList";
import { ConnectionLine } from "./ConnectionLine";
import { Conversation } from "./Conversation";
import { NewChat } from "./NewChat";
import { Panel } from "./Panel";
import { Rail } from "./Rail";
import { NotSentLine } from "./ScheduledLine";
import styles from "./Shell.module.css";
import { SignOut } from "./SignOut";
import { UpdateLine } from "./UpdateLine";
import { useBadge } from "./useBadge";
import { useJoinNews } from "./useJoinNews";
import { useShortcuts } from "./useShortcuts";
import { Warnings } from "./Warnings";

const Friends = lazily(() => import("./Friends"));
const JoinGroup = lazily(() => import("./JoinGroup"));
const Profile = lazily(() => import("./Profile"));
const Settings = lazily(() => import("./Settings"));
const ShortcutSheet = lazily(() => import("./ShortcutSheet"));
const Switcher = lazily(() => import("./Switcher"));

/** The screen of who is signed in: rail, list, conversation; one of them at a time where it is narrow. */
export default function Shell() {
  const at = useValue(route);
  const chatId = at.name === "chat" ? at.chatId : null;
  const profile = useValue(shownProfile);
  useUsage(chatId);
  useShortcuts(chatId);
  useBadge();
  useJoinNews();
  return (
    <div className={styles.shell} data-open={placeOf(at)}>
      <div className={styles.top}>
        <ConnectionLine />
        <UpdateLine />
        <NotSentLine open={chatId} />
        <Warnings />
      </div>
      <Rail />
      <ChatList open={chatId} />
      <main className={styles.main}>
        <Screen at={at} />
      </main>
      <Panel open={chatId} />
      {at.name === "join" && <JoinGroup key={at.token} token={at.token} />}
      {profile !== null && <Profile key={profile} userId={profile} />}
      <Overlay />
    </div>
  );
}

/** What is laid over everything, by the keys or from several places. */
function Overlay() {
  const shown = useValue(overlay);
  const onClose = () => {
    overlay.value = null;
  };
  switch (shown) {
    case "switcher":
      return <Switcher onClose={onClose} />;
    case "shortcuts":
      return <ShortcutSheet onClose={onClose} />;
    case "new_chat":
      return <NewChat onClose={onClose} />;
    case "sign_out":
      return <SignOut onClose={onClose} />;
    default:
      return null;
  }
}

/** Which one of the parts is seen where it is narrow. */
function placeOf(at: Route): "list" | "chat" | "screen" {
  if (at.name === "chat") return "chat";
  return at.name === "friends" || at.name === "settings" ? "screen" : "list";
}

function Screen({ at }: { at: Route }) {
  switch (at.name) {
    case "chat":
      return <Conversation key={at.chatId} chatId={at.chatId} seq={at.seq} />;
    case "friends":
      return <Friends />;
    case "settings":
      return <Settings />;
    default:
      return <NoChat />;
  }
}

/** Where a chat will be. */
function NoChat() {
  const ready = useValue(store.connection)?.ready ?? false;
  const some = useComputed(() => store.order.value.length > 0, []);
  if (!some) return ready ? <Empty text={t("chat.first")} /> : null;
  return <Empty text={t("chat.none")} />;
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
