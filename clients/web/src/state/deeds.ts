import type { Id, Message, Reaction } from "../protocol";
import type { Deed } from "./records";

/** A message as it will be once these were done to it. What the server has done already is not done again. */
export function withDeeds(message: Message, deeds: readonly Deed[], me: Id): Message {
  return deeds.reduce(
    (shown, deed) => (deed.rev === null || message.rev < deed.rev ? done(shown, deed, me) : shown),
    message,
  );
}

function done(message: Message, { command, at }: Deed, me: Id): Message {
  if (message.deleted_at != null) return message;
  switch (command.type) {
    case "message.edit": {
      const { text, mentions = [], mention_all = false } = command;
      return { ...message, text, mentions, mentions_all: mention_all, edited_at: at };
    }
    case "message.delete":
      return {
        ...message,
        text: "",
        mentions: [],
        mentions_all: false,
        reactions: [],
        pinned_at: null,
        deleted_at: at,
        deleted_by: me,
      };
    case "message.pin":
      return { ...message, pinned_at: message.pinned_at ?? at };
    case "message.unpin":
      return { ...message, pinned_at: null };
    case "reaction.add":
      return { ...message, reactions: added(message.reactions ?? [], command.emoji, me) };
    case "reaction.remove":
      return { ...message, reactions: taken(message.reactions ?? [], command.emoji, me) };
  }
}

function added(reactions: readonly Reaction[], emoji: string, me: Id): Reaction[] {
  if (!reactions.some(one => one.emoji === emoji)) return [...reactions, { emoji, count: 1, user_ids: [me] }];
  return reactions.map(one =>
    one.emoji !== emoji || one.user_ids.includes(me)
      ? one
      : { emoji, count: one.count + 1, user_ids: [...one.user_ids, me] },
  );
}

function taken(reactions: readonly Reaction[], emoji: string, me: Id): Reaction[] {
  return reactions.flatMap(one => {
    if (one.emoji !== emoji || !one.user_ids.includes(me)) return one;
    return one.count > 1 ? { emoji, count: one.count - 1, user_ids: one.user_ids.filter(id => id !== me) } : [];
  });
}

/** What becomes of an earlier deed that nothing was heard of yet when this one is done to the same message. */
export function meets(deed: Deed, earlier: Deed): "replaced" | "undone" | "repeated" | null {
  const { command } = deed;
  const before = earlier.command;
  if (command.type === "message.delete") return "replaced";
  if (command.type === "message.edit") return before.type === "message.edit" ? "replaced" : null;
  if ("emoji" in command && !("emoji" in before && before.emoji === command.emoji)) return null;
  if (command.type === before.type) return "repeated";
  return OPPOSITE[command.type] === before.type ? "undone" : null;
}

const OPPOSITE = {
  "message.pin": "message.unpin",
  "message.unpin": "message.pin",
  "reaction.add": "reaction.remove",
  "reaction.remove": "reaction.add",
} as const;
