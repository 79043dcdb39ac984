import { signal } from "@preact/signals-core";
import type { Id } from "../protocol";

/** Whose profile is shown over the app. */
export const shownProfile = signal<Id | null>(null);

export function showProfile(userId: Id | null): void {
  shownProfile.value = userId;
}
