import type { Message } from "../protocol";
import type { Deed, Said } from "../state/records";

/** What can be done to a message, as deeds. */

/** Without a word on whom it mentions, it mentions whom it did. */
export function edit(message: Message, said: Said): Deed {
  const { chat_id, seq, edits: if_edits = 0, mentions = [], mentions_all: mention_all = false } = message;
  return deed(message, { type: "message.edit", chat_id, seq, if_edits, mentions, mention_all, ...said });
}

export function removal(message: Message): Deed {
  return deed(message, { type: "message.delete", chat_id: message.chat_id, seq: message.seq });
}

export function reaction(message: Message, emoji: string, on: boolean): Deed {
  const { chat_id, seq } = message;
  return deed(message, { type: on ? "reaction.add" : "reaction.remove", chat_id, seq, emoji });
}

export function pinning(message: Message, on: boolean): Deed {
  const { chat_id, seq } = message;
  return deed(message, { type: on ? "message.pin" : "message.unpin", chat_id, seq });
}

function deed(message: Message, command: Deed["command"]): Deed {
  return { id: crypto.randomUUID(), command, message, at: Date.now(), rev: null };
}
