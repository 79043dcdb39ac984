import type { Role } from "../protocol";

const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

/** Whether somebody with this role may do what `least` and those above it may do. */
export function reaches(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** Whether this role is above the other. */
export function isAbove(role: Role, other: Role): boolean {
  return RANK[role] > RANK[other];
}
