import type { Message } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { now } from "../store/now";

/** Those of the messages that the server found whose time is not over, as it passes. */
export function useLasting(messages: readonly Message[] | undefined): readonly Message[] {
  return useComputed(() => {
    const time = store.serverTime(now.value);
    return (messages ?? []).filter(({ expires_at }) => expires_at == null || expires_at > time);
  }, [messages]);
}
