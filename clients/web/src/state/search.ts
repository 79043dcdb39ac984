/** What is held of what somebody looks for, by the rule of services/chat/search.py. */

import type { Has, Message, SearchMessages, SearchPlace } from "../protocol";
import { partsOf, says } from "../text/words";

const LINK = /https?:\/\/\P{White_Space}/iu;

const THINGS: Record<Has, (message: Message) => boolean> = {
  link: ({ text }) => LINK.test(text),
  mention: ({ mentions, mentions_all }) => Boolean(mentions?.length || mentions_all),
  pin: ({ pinned_at }) => pinned_at != null,
  reaction: ({ reactions }) => Boolean(reactions?.length),
};

/**
 * What was found, the newest first: on the server's pages, as far as they reach (to the end, when that is null), and
 * among what is held, the latest of it last. What the server does not know yet is found, too; what is known to be gone
 * since is not.
 */
export function merged(
  command: SearchMessages,
  pages: readonly Message[],
  held: readonly Message[],
  reach: SearchPlace | null,
  now: number,
): Message[] {
  const isSought = seeker(command);
  const found = new Map(pages.map(message => [keyOf(message), message]));
  for (const message of held) {
    const key = keyOf(message);
    const known = found.get(key);
    if (known && known.rev > message.rev) continue;
    const isInReach = known !== undefined || reach === null || order(placeOf(message), reach) > 0;
    const fits = isThere(message, now) && isInReach && (known?.rev === message.rev || isSought(message));
    if (fits) found.set(key, message);
    else found.delete(key);
  }
  return [...found.values()].sort((one, other) => order(placeOf(other), placeOf(one)));
}

function isThere({ kind, deleted_at, expires_at }: Message, now: number): boolean {
  return kind === "text" && deleted_at == null && (expires_at == null || expires_at > now);
}

/** What tells whether a message that is there is looked for. */
function seeker({
  text = "",
  from_id,
  chat_id,
  has = [],
  before,
  after,
}: SearchMessages): (message: Message) => boolean {
  const parts = partsOf(text);
  if (!parts.length && from_id == null && !has.length) return () => false;
  return message => {
    if (message.author_id !== (from_id ?? message.author_id)) return false;
    if (message.chat_id !== (chat_id ?? message.chat_id)) return false;
    if (message.sent_at < (after ?? 1) || message.sent_at >= (before ?? Infinity)) return false;
    return has.every(thing => THINGS[thing](message)) && says(message.text, parts);
  };
}

const keyOf = ({ chat_id, seq }: Message) => `${chat_id} ${seq}`;

function placeOf({ sent_at, chat_id, seq }: Message): SearchPlace {
  return { at: sent_at, chat_id, seq };
}

function order(one: SearchPlace, other: SearchPlace): number {
  return one.at - other.at || one.chat_id - other.chat_id || one.seq - other.seq;
}
