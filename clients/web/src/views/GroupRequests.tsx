import { computed } from "@preact/signals-core";
import { useEffect, useRef } from "react";
import type { Id } from "../protocol";
import { call, store } from "../store/app";
import { useComputed, useValue } from "../store/hooks";
import { nameOf } from "../store/names";
import { useNews } from "../store/news";
import { panel } from "../store/panel";
import { showProfile } from "../store/profile";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { PeopleSkeleton } from "../ui/Skeleton";
import { attempt } from "./attempt";
import { Failed } from "./Failed";
import styles from "./GroupInfo.module.css";
import { useAsked } from "./useAsked";

/** Who asks to be let into a group, and how many they are. */
export function GroupRequests({ chatId }: { chatId: Id }) {
  const shown = useValue(panel);
  const isOpen = (shown?.name === "group" && shown.requests) ?? false;
  const { requests, problem, again } = useRequests(chatId);
  const fold = useRef<HTMLDetailsElement>(null);
  const hasMembers = useComputed(() => store.rosters.at(chatId).value !== undefined, [chatId]);
  const isWhole = requests !== undefined && hasMembers;

  useEffect(() => {
    if (isOpen) fold.current!.querySelector("summary")!.focus();
  }, [isOpen]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is whole it stands elsewhere
  useEffect(() => {
    if (!isOpen) return;
    for (const part of [fold.current!, fold.current!.firstElementChild!]) part.scrollIntoView({ block: "nearest" });
  }, [isOpen, isWhole]);

  async function decide(type: "invite.approve" | "invite.decline", user_id: Id) {
    fold.current!.querySelector("summary")!.focus(); // the row with the button goes
    await attempt(call({ type, chat_id: chatId, user_id }));
    again();
  }

  const count = requests?.length ?? 0;
  return (
    <details
      ref={fold}
      className={styles.section}
      open={isOpen}
      onToggle={event => {
        const { open } = event.currentTarget;
        if (open !== isOpen) panel.value = { name: "group", chatId, requests: open };
      }}
    >
      <summary>
        <span className={styles.counted}>
          {t("group.requests")}
          <Badge count={count} label={t("friends.waiting", { count })} />
        </span>
      </summary>
      {isOpen && problem && <Failed problem={problem} onAgain={again} />}
      {isOpen && !requests && !problem && <PeopleSkeleton rows={1} />}
      {isOpen && requests?.length === 0 && <p className={styles.quiet}>{t("group.no_requests")}</p>}
      {isOpen && (
        <ul>
          {requests?.map(({ user_id, user }) => (
            <li key={user_id} className={classes(styles.person, styles.request)}>
              <Avatar id={user_id} name={user?.display_name ?? nameOf(user_id)} size="small" />
              <span className={styles.name}>
                <button
                  type="button"
                  className={styles.who}
                  dir="auto"
                  aria-label={t("person.profile", { name: user?.display_name ?? nameOf(user_id) })}
                  onClick={() => showProfile(user_id)}
                >
                  {user?.display_name ?? nameOf(user_id)}
                </button>
                <small>
                  <bdi>{user && `@${user.username}`}</bdi>
                </small>
              </span>
              <span className={styles.buttons}>
                <Button onClick={() => void decide("invite.approve", user_id)}>{t("group.approve")}</Button>
                <Button onClick={() => void decide("invite.decline", user_id)}>{t("group.decline")}</Button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** What is heard within so many milliseconds is asked about together. */
const TOGETHER = 300;

const isLive = computed(() => store.connection.value?.standing === "live");

/** Those who ask, as they are: asked for anew when one comes or is declined, and when that may have been missed. */
function useRequests(chatId: Id) {
  const { reply, problem, again } = useAsked({ type: "invite.requests", chat_id: chatId });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useNews(store.joins, news => {
    if (!news.some(one => one.chat_id === chatId)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      again();
    }, TOGETHER);
  });
  useNews(isLive, live => {
    if (live) again();
  });
  const members = useComputed(
    () => new Set(store.rosters.at(chatId).value?.members.map(member => member.user_id)),
    [chatId],
  );
  const requests = reply?.requests
    .filter(({ user_id }) => !members.has(user_id))
    .map(({ user_id }) => ({ user_id, user: reply.people.find(user => user.id === user_id) }));
  return { requests, problem, again };
}
