import type { Id, Message, Presence, User } from "../protocol";

/** Who one knows of, and what is seen of them. */
export class People {
  readonly users = new Map<Id, User>();
  readonly presence = new Map<Id, Presence>();

  /** Take note of a profile. False when a newer one is known. */
  meet(user: User): boolean {
    const known = this.users.get(user.id);
    if (known && user.rev < known.rev) return false;
    this.users.set(user.id, user);
    return true;
  }

  see(people: readonly Presence[]): void {
    for (const one of people) this.presence.set(one.user_id, one);
  }

  clear(): void {
    this.users.clear();
    this.presence.clear();
  }
}

/** Whom a message is of or tells of: they may be in the chat no more. */
export function peopleOf({ author_id, forwarded, notice }: Message): Id[] {
  const people = forwarded ? [author_id, forwarded.author_id] : [author_id];
  if (notice && "user_ids" in notice) people.push(...notice.user_ids);
  if (notice && "user_id" in notice) people.push(notice.user_id);
  return people;
}
