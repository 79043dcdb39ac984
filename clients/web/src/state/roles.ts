import type { Role } from "../protocol";
import type { ChatRecord } from "./records";

const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

/** Whether somebody with this role may do what `least` and those above it may do. */
export function reaches(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** Whether this role is above the other. */
export function isAbove(role: Role, other: Role): boolean {
  return RANK[role] > RANK[other];
}

/** Whether one may do this in a chat; where there are only two, both may. */
export function may(
  { chat, mine }: Pick<ChatRecord, "chat" | "mine">,
  what: "may_send" | "may_pin" | "may_delete",
): boolean {
  return chat.kind !== "group" || reaches(mine.role, chat[what]);
}
