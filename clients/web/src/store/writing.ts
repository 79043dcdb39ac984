import type { Message } from "../protocol";

/** What is being written: something new, an answer, or another text of an earlier message, begun with its own or `text`. */
export type Writing = { kind: "new" } | { kind: "reply" | "edit"; message: Message; text?: string };
