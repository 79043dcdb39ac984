import { ConnectionLost, Refused } from "../engine/failures";
import type { Failure } from "../protocol";
import { inSeconds, moment } from "./dates";
import { type MessageId, t } from "./i18n";

/** What each refusal says to a person: what happened and what to do next. A reason without a sentence does not compile. */
const SENTENCES: Record<Failure["reason"], MessageId> = {
  invalid: "refused.invalid",
  unauthenticated: "refused.unauthenticated",
  not_found: "refused.not_found",
  forbidden: "refused.forbidden",
  rate_limited: "refused.rate_limited",
  too_large: "refused.too_large",
  unavailable: "refused.unavailable",
  internal: "refused.internal",
  username_refused: "refused.username_refused",
  username_taken: "refused.username_taken",
  display_name_refused: "refused.display_name_refused",
  password_refused: "refused.password_refused",
  age_not_confirmed: "refused.age_not_confirmed",
  policy_outdated: "refused.policy_outdated",
  bad_credentials: "refused.bad_credentials",
  session_ended: "refused.unauthenticated",
  not_a_group: "refused.not_a_group",
  group_full: "refused.group_full",
  too_many_chats: "refused.too_many_chats",
  title_refused: "refused.title_refused",
  slow_mode: "refused.slow_mode",
  banned: "refused.banned",
  invite_over: "refused.invite_over",
  text_refused: "refused.text_refused",
  text_too_long: "refused.text_too_long",
  reply_refused: "refused.reply_refused",
  edit_window_over: "refused.edit_window_over",
  too_many_sockets: "refused.too_many_sockets",
  edit_conflict: "refused.edit_conflict",
  too_many_pins: "refused.too_many_pins",
  emoji_refused: "refused.emoji_refused",
  too_many_reactions: "refused.too_many_reactions",
  time_refused: "refused.time_refused",
  schedule_full: "refused.schedule_full",
  already_sent: "refused.already_sent",
  until_refused: "refused.until_refused",
  chat_not_open: "refused.invalid",
  too_many_pinned: "refused.too_many_pinned",
  suspended: "refused.suspended",
  blocked_by_you: "refused.blocked_by_you",
  may_not_add: "refused.may_not_add",
  not_accepting: "refused.not_accepting",
  links_refused: "refused.links_refused",
  search_empty: "refused.search_empty",
};

const PASSWORD_RULES: Record<string, MessageId> = {
  length: "refused.password_length",
  breached: "refused.password_breached",
  obvious: "refused.password_obvious",
};

const USERNAME_RULES: Record<string, MessageId> = {
  shape: "refused.username_shape",
  reserved: "refused.username_reserved",
};

const BY_STATUS: Record<Failure["status"], MessageId> = {
  invalid: "refused.invalid",
  unauthenticated: "refused.unauthenticated",
  forbidden: "refused.forbidden",
  not_found: "refused.not_found",
  conflict: "refused.conflict",
  too_large: "refused.too_large",
  rate_limited: "refused.rate_limited",
  unavailable: "refused.unavailable",
  internal: "refused.internal",
};

/** What went wrong, for a person. A reason of a newer server is known by its status alone. */
export function explain(error: unknown): string {
  if (error instanceof Refused) return explainFailure(error.failure);
  return t(error instanceof ConnectionLost ? "refused.offline" : "refused.invalid");
}

/** What somebody showed to prove who they are was wrong; what that was, only the form knows. */
export function areWrong(error: unknown): boolean {
  return error instanceof Refused && error.failure.reason === "bad_credentials";
}

export function explainFailure(failure: Failure): string {
  const { reason, status, ...values } = failure;
  if (reason === "password_refused") return t(PASSWORD_RULES[failure.rule] ?? SENTENCES[reason]);
  if (reason === "username_refused") return t(USERNAME_RULES[failure.rule] ?? SENTENCES[reason]);
  if (reason === "suspended") return suspended(failure);
  if (reason === "links_refused") return t(SENTENCES[reason], { when: moment(failure.until) });
  if ("retry_after" in values) return t(SENTENCES[reason], { when: inSeconds(values.retry_after) });
  return t(SENTENCES[reason] ?? BY_STATUS[status], values);
}

function suspended({ until, said }: Extract<Failure, { reason: "suspended" }>): string {
  const kept = until === null ? t("refused.suspended") : t("refused.suspended_until", { when: moment(until) });
  return `${kept} ${said ? t("refused.suspended_said", { said }) : t("refused.suspended_ask")}`;
}
