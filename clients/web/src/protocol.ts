// Generated from libs/dialog/protocol by `make gen`; do not edit.

/** An identity made by `dialog.ids`: safe as a JavaScript number, and no secret. */
export type Id = number;

/** A dense number within a chat: the `seq` of a message or the `rev` of a change. 0 is "before everything". */
export type Seq = number;

/** Milliseconds since 1970, UTC. */
export type Millis = number;

/** What a client should do about a refusal. Closed: a client handles each of these. */
export type Status = "invalid" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "rate_limited" | "unavailable" | "internal";

// --- The bricks of the protocol: values, commands with typed replies, events, and typed refusals

/** The reply of a command that has nothing to tell. */
export type Nothing = Record<string, never>;

/** The request is not what the protocol describes. `detail` says where, without repeating the input. */
export interface Invalid {
  reason: "invalid";
  status: "invalid";
  detail: string;
}

/** No valid access token: refresh it and try once more. */
export interface Unauthenticated {
  reason: "unauthenticated";
  status: "unauthenticated";
}

/** There is no such thing, or it is not for you: the two look the same. */
export interface NotFound {
  reason: "not_found";
  status: "not_found";
}

/** You can see it, but this is not yours to do. */
export interface Forbidden {
  reason: "forbidden";
  status: "forbidden";
}

/** Slow down. `retry_after` is in seconds. */
export interface TooManyRequests {
  reason: "rate_limited";
  status: "rate_limited";
  retry_after: number;
}

/** More than `limit` (of what the command measures: characters, members, bytes). */
export interface TooLarge {
  reason: "too_large";
  status: "too_large";
  limit: number;
}

/** A part of the suite does not answer now. The outcome may be unknown: retry with the same nonce. */
export interface Unavailable {
  reason: "unavailable";
  status: "unavailable";
  retry_after: number;
}

/** A fault of ours. `trace` finds it in the logs. */
export interface Internal {
  reason: "internal";
  status: "internal";
  trace: string;
}

// --- The socket itself: the first command, keeping it alive, and what the gateway says about it

/** What the gateway allows on one socket. */
export interface Limits {
  frame_bytes: number;
  pending_commands: number;
  text_length: number;
}

/** The socket is open. `heartbeat` is seconds of silence before the gateway pings. */
export interface Connected {
  user: User;
  status: ChosenStatus;
  session_id: Id;
  heartbeat: number;
  /** When it differs from the one the client knows, it drops everything it holds. */
  epoch: number;
  now: Millis;
  limits: Limits;
  /** Of your own affairs: when it differs from the one the client holds, it asks `people.list`. */
  people_rev: Seq;
}

/** The first command on every socket, within five seconds. */
export interface Connect {
  type: "connect";
  access_token: string;
  device?: Device | null;
}

/** Is anybody there? For clients that cannot see WebSocket pings. */
export interface Ping {
  type: "ping";
}

/** This gateway goes away: at a random moment within `within` seconds connect anew, sync, then close this one. */
export interface Draining {
  type: "draining";
  within: number;
}

/** Events may have been lost on the way here: `sync` at a random moment within `within` seconds. */
export interface Resync {
  type: "resync";
  within: number;
}

/** You read too slowly and events were dropped: `sync`. */
export interface ChatsBehind {
  type: "chats.behind";
}

/** This person has as many open sockets as one may have. */
export interface TooManySockets {
  reason: "too_many_sockets";
  status: "conflict";
  limit: number;
}

// --- Accounts and sessions: who you are, and on which devices

/** A person as others may see them. What is left out has its default. */
export interface User {
  id: Id;
  username: string;
  display_name: string;
  description?: string;
  avatar?: string | null;
  /** Grows by one with each change of the profile: the higher one is the newer one. */
  rev: number;
  /** Avatar and description are not for you: that they are empty here says nothing. */
  private?: boolean;
}

/** What a client calls the thing it runs on, such as `Firefox on Linux`. */
export interface Device {
  name: string;
}

/** One signed-in device, as its owner sees it in the list. */
export interface SessionInfo {
  session_id: Id;
  device_name: string;
  /** Cut to a /24 or /48. */
  address: string;
  created_at: Millis;
  last_seen_at: Millis;
  current: boolean;
}

/** A new account, and the key that resets its password. The key is shown this once. */
export interface Registered {
  user: User;
  recovery_key: string;
}

/** A signed-in session. `login_token` is for `session.refresh` only, `access_token` for everything else. */
export interface SessionTokens {
  user: User;
  session_id: Id;
  access_token: string;
  expires_at: Millis;
  login_token: string;
}

/** A new access token, and the login token that replaces the one just used. */
export interface AccessTokens {
  access_token: string;
  expires_at: Millis;
  login_token: string;
}

export interface SessionList {
  sessions: SessionInfo[];
}

/** The key that replaces the one just used. Shown this once. */
export interface RecoveryKey {
  recovery_key: string;
}

export interface FoundUser {
  user: User;
}

/** Make an account. `policy_version` is the version of the privacy policy that the person accepted. */
export interface RegisterAccount {
  type: "account.register";
  username: string;
  password: string;
  display_name: string;
  age_confirmed: boolean;
  policy_version: string;
}

/** Whether a new account could have this username now: refused with what `account.register` would say of it. */
export interface CheckUsername {
  type: "username.check";
  username: string;
}

/** Sign in. An unknown name and a wrong password get the same answer in the same time. */
export interface OpenSession {
  type: "session.open";
  username: string;
  password: string;
  device: Device;
}

/** Trade the login token for an access token and the next login token. */
export interface RefreshSession {
  type: "session.refresh";
  login_token: string;
}

/** Set a new password with the recovery key. Every session ends, and the key is replaced. */
export interface UseRecoveryKey {
  type: "recovery.use";
  username: string;
  recovery_key: string;
  new_password: string;
}

/** How long the socket may now stay. */
export interface RenewedUntil {
  expires_at: Millis;
}

/** Give this socket a fresh access token (from `session.refresh`) before the old one expires. */
export interface RenewSession {
  type: "session.renew";
  access_token: string;
}

/** The devices that are signed in to this account, the most recently seen first. */
export interface ListSessions {
  type: "session.list";
}

/** Sign another device out; its sockets close within a second. */
export interface RevokeSession {
  type: "session.revoke";
  session_id: Id;
}

/** Sign this device out. */
export interface CloseSession {
  type: "session.close";
}

/** Replace the password; every other session ends. */
export interface ChangePassword {
  type: "password.change";
  current_password: string;
  new_password: string;
}

/** Change what others see of you. A field that is left out stays as it is. */
export interface EditProfile {
  type: "profile.edit";
  display_name?: string | null;
  description?: string | null;
  /** A reference to an image; an empty one takes the avatar away. */
  avatar?: string | null;
}

/** The person with exactly this username. */
export interface FindUser {
  type: "user.find";
  username: string;
}

/** Your own profile, for your other devices. */
export interface MeChanged {
  type: "me.changed";
  user: User;
}

/** A session of yours has ended. The gateway closes its sockets with 4500. */
export interface SessionRevoked {
  type: "session.revoked";
  session_id: Id;
}

/** Not a username that can be had. `rule` is `shape` or `reserved`. */
export interface UsernameRefused {
  reason: "username_refused";
  status: "invalid";
  rule: string;
}

export interface UsernameTaken {
  reason: "username_taken";
  status: "conflict";
}

/** Nothing is left of the name once control characters are taken out, or it is longer than 64 characters. */
export interface DisplayNameRefused {
  reason: "display_name_refused";
  status: "invalid";
}

/** Not a password to use here. `rule` is `length`, `breached` or `obvious`. */
export interface PasswordRefused {
  reason: "password_refused";
  status: "invalid";
  rule: string;
}

export interface AgeNotConfirmed {
  reason: "age_not_confirmed";
  status: "forbidden";
}

/** The policy has changed: show `current` and ask again. */
export interface PolicyOutdated {
  reason: "policy_outdated";
  status: "conflict";
  current: string;
}

/** The name, the password or the key is wrong; which one is not said. */
export interface BadCredentials {
  reason: "bad_credentials";
  status: "forbidden";
}

/** The operators keep this account out until then, or (null) for ever. `said` is what they tell its owner. */
export interface Suspended {
  reason: "suspended";
  status: "forbidden";
  until: Millis | null;
  said: string;
}

/** The login token is unknown, used up, expired or revoked: sign in again. */
export interface SessionEnded {
  reason: "session_ended";
  status: "forbidden";
}

// --- People you know: friends, requests, blocks

/** How you stand to somebody. A request that is not answered lapses 30 days after it was made. */
export type RelationState = "none" | "incoming" | "outgoing" | "friend";

/** What you and one other person are to each other, as you may know it. */
export interface Relation {
  user: User;
  state: RelationState;
  /** You block them. They cannot tell. */
  blocked: boolean;
  /** When the request was made or you became friends; 0 for neither. */
  since: Millis;
}

export interface RelationNow {
  relation: Relation;
  /** Of your own affairs. */
  rev: Seq;
}

/** Your own affairs. What is listed may be a little newer than `rev`, and events then tell it once more. */
export interface Relations {
  /** In the order of the ids of the people. */
  relations: Relation[];
  /** There are others: ask again with this as `after`. 0 when these were the last. */
  next: Seq;
  settings: Settings;
  rev: Seq;
  /** Those from the operators that you have not dismissed; on the first page. */
  warnings: WarningNote[];
}

/** Your friends, requests and blocks, and your settings. */
export interface ListPeople {
  type: "people.list";
  after?: Seq;
}

/** Ask somebody to be your friend. Accepts their request if there is one. */
export interface RequestFriend {
  type: "friend.request";
  user_id: Id;
}

/** Accept a request. */
export interface AcceptFriend {
  type: "friend.accept";
  user_id: Id;
}

/** Turn a request down. They are not told. */
export interface DeclineFriend {
  type: "friend.decline";
  user_id: Id;
}

/** Take your own request back. */
export interface CancelFriend {
  type: "friend.cancel";
  user_id: Id;
}

/** Be friends no longer. */
export interface RemoveFriend {
  type: "friend.remove";
  user_id: Id;
}

/** Hear nothing from somebody any more. Ends friendship and requests; they cannot tell. */
export interface AddBlock {
  type: "block.add";
  user_id: Id;
}

/** Hear from somebody again. What they wrote meanwhile stays unheard. */
export interface RemoveBlock {
  type: "block.remove";
  user_id: Id;
}

/** What you and somebody are to each other now. `none` without a block is no news to show: just drop it. */
export interface RelationChanged {
  type: "relation.changed";
  relation: Relation;
  rev: Seq;
}

/** The new profile of a friend, as you may see it. */
export interface ProfileChanged {
  type: "user.changed";
  user: User;
}

/** You block this person: unblock them first. */
export interface BlockedByYou {
  reason: "blocked_by_you";
  status: "conflict";
}

// --- Privacy settings: what others may do to you, and what they may see of you

/** Whom something is allowed. */
export type Whom = "everyone" | "friends" | "nobody";

/** One person's choices, the same on all their devices. */
export interface Settings {
  /** In a direct chat. */
  who_may_write: Whom;
  /** Into groups. */
  who_may_add: Whom;
  who_may_call: Whom;
  who_sees_last_seen: Whom;
  /** Avatar and description. Names are for everyone. */
  who_sees_profile: Whom;
  /** Whether others see how far you have read; whoever hides it does not see it of others either. */
  read_receipts: boolean;
  /** Whether others see that you are typing. */
  typing: boolean;
}

export interface SettingsNow {
  settings: Settings;
  /** Of your own affairs, as in `people.list`. */
  rev: Seq;
}

/** What you have chosen, or else the defaults. */
export interface GetSettings {
  type: "settings.get";
}

/** Choose. A field that is left out stays as it is. */
export interface EditSettings {
  type: "settings.edit";
  who_may_write?: Whom | null;
  who_may_add?: Whom | null;
  who_may_call?: Whom | null;
  who_sees_last_seen?: Whom | null;
  who_sees_profile?: Whom | null;
  read_receipts?: boolean | null;
  typing?: boolean | null;
}

/** Your settings, for all your devices. */
export interface SettingsEdited {
  type: "settings.changed";
  settings: Settings;
  rev: Seq;
}

// --- Roles: what somebody may do in a group

/** A group has one owner while anybody is in it. Whatever a role may do, those above it may do as well. */
export type Role = "owner" | "admin" | "member";

// --- Chats and their members, and how a client stays in step with them

export type ChatKind = "direct" | "group" | "saved";

/** A conversation. `rev` is that of its newest change of any kind. What is left out has its default. */
export interface Chat {
  id: Id;
  kind: ChatKind;
  /** Empty unless it is a group. */
  title?: string;
  avatar?: string | null;
  /** Of the newest message; 0 when nothing was said yet. */
  head_seq: Seq;
  rev: Seq;
  member_count: number;
  low_id?: Id | null;
  /** The two people of a direct chat, by their ids; null in a group. Of saved messages `low_id` is the owner. */
  high_id?: Id | null;
  created_at: Millis;
  description?: string;
  /** Seconds that a member of a group waits from one message to the next; 0 for none. Admins do not wait. */
  slow_mode?: number;
  /** The lowest role that may post; likewise the following. They mean something in groups only. */
  may_send?: Role;
  /** Bring people in. */
  may_add?: Role;
  /** Change title and description. */
  may_edit?: Role;
  /** Pin messages. */
  may_pin?: Role;
  /** Start calls. */
  may_call?: Role;
  /** Delete what others wrote. */
  may_delete?: Role;
  /** Seconds after which what is said now disappears for everyone; null for never. */
  disappear_after?: number | null;
}

/** Somebody's place in a chat. `left` ones are listed only as changes. What is left out has its default. */
export interface Member {
  chat_id: Id;
  user_id: Id;
  role?: Role;
  /** `head_seq` when they joined. */
  joined_seq?: Seq;
  rev: Seq;
  left?: boolean;
}

/**
 * What concerns only the one who asks. The numbers are those at the chat's `rev`.
 *
 * What is left out has its default.
 */
export interface Mine {
  role?: Role;
  /** You have cleared the chat up to here: nothing of it exists for you. */
  cleared_seq?: Seq;
  /** You have deleted the chat: it is off your list until its `head_seq` is beyond this. */
  closed_seq?: Seq | null;
  /** Counts what you cleared, closed and hid here. A device with another one starts the chat afresh. */
  mark?: Seq;
  /** Up to here the chat counts as read; at least up to where you joined, and to where you have cleared it. */
  read_seq?: Seq;
  /** Messages after it, neither your own nor of those you block, not deleted, not hidden, and not of kind `system`. */
  unread?: number;
  /** Those of them that mention you, or everybody. */
  mentions?: number;
  /** Null while nothing was ever chosen. */
  prefs?: Preferences | null;
}

/**
 * A chat, and what of it is newer than the client's `rev`. Lists that are left out are empty.
 *
 * With `reset` the client drops what it held of this chat: `members` is then everyone and `messages` the newest page.
 */
export interface ChatState {
  chat: Chat;
  messages?: Message[];
  members?: Member[];
  /** The users behind `members`. Empty within `sync`, whose own `people` serves all its chats. */
  people?: User[];
  mine: Mine;
  reset: boolean;
  /** Of others who were in the chat at any time and show theirs to you; none above 100 members. */
  receipts?: Receipt[];
  /** Who shows no receipts, and is not waited for. Yourself: then you see none either. */
  receipts_off?: Id[];
}

/** What the client missed. `more`: the reply was full; sync again with the numbers now held. */
export interface Synced {
  chats: ChatState[];
  /** Chats that the client named and is not in. */
  gone: Id[];
  people: User[];
  me: User;
  more: boolean;
  /** All that you have scheduled. */
  scheduled: Scheduled[];
  /** Ask with this as `moved_since` next time. */
  as_of: Millis;
}

export interface People {
  users: User[];
}

/**
 * Make a group of yourself, as its owner, and these people. With a `nonce` of yours a retry is harmless: it returns
 * the group that was made.
 */
export interface CreateChat {
  type: "chat.create";
  title: string;
  user_ids: Id[];
  nonce?: string | null;
}

/** The one direct chat of the two of you, however often and by whomever it is opened. */
export interface OpenDirect {
  type: "chat.open_direct";
  user_id: Id;
}

/** The one chat in which you keep messages for yourself, however often it is opened. */
export interface OpenSaved {
  type: "chat.open_saved";
}

/**
 * Change what a group is called and how it works. A field that is left out stays as it is.
 *
 * Title and description are for those whom `may_edit` names. All else is for admins, within their own reach: they can
 * neither give nor take what only the owner may do.
 */
export interface EditChat {
  type: "chat.edit";
  chat_id: Id;
  title?: string | null;
  description?: string | null;
  slow_mode?: number | null;
  may_send?: Role | null;
  may_add?: Role | null;
  may_edit?: Role | null;
  may_pin?: Role | null;
  may_call?: Role | null;
  may_delete?: Role | null;
}

/** Everything about one chat: a `reset` state. */
export interface GetChat {
  type: "chat.get";
  chat_id: Id;
}

/** What changed since `since`; a `reset` state when that is too far behind. */
export interface ChatChanges {
  type: "chat.changes";
  chat_id: Id;
  since: Seq;
  /** The `mark` that you hold: when it is another one, the state is a `reset`. */
  mark?: Seq;
}

/** What changed in all chats since the `rev` that the client holds of each; empty on a cold start. */
export interface Sync {
  type: "sync";
  /** Chat id (a JSON key, so in quotes) to `rev`. */
  chats?: Record<string, Seq>;
  /** Likewise the `mark` held of each; 0 where none is given. */
  marks?: Record<string, Seq>;
  /** The `as_of` of the last answer: chats are told as well in which receipts or preferences have moved since. */
  moved_since?: Millis;
}

/**
 * Profiles of people who are or were in a chat of yours, such as authors who left, or whose words were forwarded
 * to it.
 */
export interface GetPeople {
  type: "chat.people";
  chat_id: Id;
  user_ids: Id[];
}

/** Leave a group. When its owner leaves, the longest-standing admin becomes the owner, or else member. */
export interface LeaveChat {
  type: "chat.leave";
  chat_id: Id;
  /** Also delete all your messages there for everyone. */
  delete_mine?: boolean;
}

/** Bring people into a group, if `may_add` says so. Those who are in it already stay as they are. */
export interface AddMember {
  type: "member.add";
  chat_id: Id;
  user_ids: Id[];
}

/** Put somebody out of a group who has a lower role than you; for admins. */
export interface RemoveMember {
  type: "member.remove";
  chat_id: Id;
  user_id: Id;
}

/** Give somebody in a group this role; for its owner. Making somebody the owner makes yourself an admin. */
export interface EditMember {
  type: "member.edit";
  chat_id: Id;
  user_id: Id;
  role: Role;
}

/** You are in this chat now. The gateway has joined you to its topic; fetch the rest with `chat.changes`. */
export interface ChatJoined {
  type: "chat.joined";
  chat: Chat;
}

/** You are no longer in this chat: drop it. */
export interface ChatLeft {
  type: "chat.left";
  chat_id: Id;
  /** Of the change that put you out. A late one, after you were brought back, is older than your membership. */
  rev: Seq;
}

/** Somebody joined, left, or their role or profile changed. Carries the chat's new `rev` in the member. */
export interface MemberChanged {
  type: "member.changed";
  member: Member;
  /** Who joined, or whose profile changed; null when only the membership did. */
  user: User | null;
  member_count: number;
}

/** A group has another title, description or setting: all of it as it is now, with its new `rev`. */
export interface ChatChanged {
  type: "chat.changed";
  chat: Chat;
}

/** This is for groups, and the chat is none. */
export interface NotAGroup {
  reason: "not_a_group";
  status: "forbidden";
}

export interface GroupFull {
  reason: "group_full";
  status: "too_large";
  limit: number;
}

/** Somebody is in as many chats as one can be. */
export interface TooManyChats {
  reason: "too_many_chats";
  status: "conflict";
  limit: number;
}

/** You may post to this group again in `retry_after` seconds. */
export interface SlowMode {
  reason: "slow_mode";
  status: "rate_limited";
  retry_after: number;
}

/** Nothing is left of the title once control characters are taken out, or it is longer than 128 characters. */
export interface TitleRefused {
  reason: "title_refused";
  status: "invalid";
}

/** These people do not let you add them to groups. */
export interface MayNotAdd {
  reason: "may_not_add";
  status: "forbidden";
  user_ids: Id[];
}

/** Do away with all that was said so far, for yourself. Once everybody there has, it is gone from the database. */
export interface ClearChat {
  type: "chat.clear";
  chat_id: Id;
  /** Also delete all your messages for everyone. */
  delete_mine?: boolean;
}

/**
 * A direct chat: clear it, and take it off your list until something is said again. A group: end it for everyone,
 * which is its owner's to do.
 */
export interface DeleteChat {
  type: "chat.delete";
  chat_id: Id;
  /** Of a direct chat, also delete all your messages for everyone. */
  delete_mine?: boolean;
}

/** Let what is said from now on disappear for everyone after so many seconds. In a group, for its admins. */
export interface SetDisappearing {
  type: "chat.disappear";
  chat_id: Id;
  after: number | null;
}

/** You cleared or deleted the chat on one of your devices: what your `Mine` says of it now. */
export interface ChatCleared {
  type: "chat.cleared";
  chat_id: Id;
  cleared_seq: Seq;
  closed_seq: Seq | null;
  mark: Seq;
}

// --- Bans: who may not come back into a group

export interface Ban {
  user_id: Id;
  banned_by: Id;
  banned_at: Millis;
}

export interface Bans {
  /** The latest first. */
  bans: Ban[];
  /** Those who are banned. */
  people: User[];
}

/** Put somebody out of a group, if they are in it, and keep them out, whoever adds or invites them. */
export interface BanMember {
  type: "member.ban";
  chat_id: Id;
  user_id: Id;
}

/** Let somebody in again. It does not bring them in. */
export interface UnbanMember {
  type: "member.unban";
  chat_id: Id;
  user_id: Id;
}

/** Who is banned from a group; for its admins. */
export interface ListBans {
  type: "chat.bans";
  chat_id: Id;
}

/** Some of these people are banned from the group: an admin would have to lift that first. */
export interface Banned {
  reason: "banned";
  status: "forbidden";
}

// --- Invites: links that let people into a group

/** A way into a group, for whoever has the token. */
export interface Invite {
  chat_id: Id;
  token: string;
  created_by: Id;
  created_at: Millis;
  expires_at: Millis | null;
  /** How many people may use it; null for any number. */
  uses: number | null;
  /** How many have joined with it, or asked to. */
  used: number;
  /** Whoever uses it asks to join, and an admin decides. */
  approval: boolean;
}

export interface Invites {
  /** The latest first; expired ones are gone. */
  invites: Invite[];
}

/** What somebody may see of a group before they join it. */
export interface InviteLook {
  title: string;
  description: string;
  member_count: number;
  /** They would ask to join. */
  approval: boolean;
  /** They are in it already. */
  joined: boolean;
  /** They have asked to join, and wait for an answer. */
  asked: boolean;
}

/** What came of using an invite. */
export interface InviteUse {
  /** The group that one is in now; null when admins were asked. */
  chat: Chat | null;
}

/** Somebody asks to be let into a group. */
export interface JoinRequest {
  user_id: Id;
  requested_at: Millis;
}

export interface JoinRequests {
  /** Those who have waited longest first. */
  requests: JoinRequest[];
  /** Those who ask. */
  people: User[];
}

/** Make a link into a group; for its admins. */
export interface CreateInvite {
  type: "invite.create";
  chat_id: Id;
  expires_at?: Millis | null;
  uses?: number | null;
  approval?: boolean;
}

/** The links into a group; for its admins. */
export interface ListInvites {
  type: "invite.list";
  chat_id: Id;
}

/** Make a link useless; for admins. Whoever has asked to join with it still waits for an answer. */
export interface RevokeInvite {
  type: "invite.revoke";
  chat_id: Id;
  token: string;
}

/** What group a link leads to. */
export interface LookAtInvite {
  type: "invite.look";
  token: string;
}

/** Join a group by a link, or ask to. Using it again changes nothing, and counts once. */
export interface UseInvite {
  type: "invite.join";
  token: string;
}

/** Who asks to be let into a group; for its admins. */
export interface ListJoinRequests {
  type: "invite.requests";
  chat_id: Id;
}

/** Let somebody in who has asked; for admins. */
export interface ApproveJoin {
  type: "invite.approve";
  chat_id: Id;
  user_id: Id;
}

/** Do not let somebody in who has asked; for admins. They are not told. */
export interface DeclineJoin {
  type: "invite.decline";
  chat_id: Id;
  user_id: Id;
}

/** Told to the owner and the admins of a group: somebody asks to be let in. */
export interface JoinRequested {
  type: "invite.requested";
  chat_id: Id;
  request: JoinRequest;
  user: User;
}

/**
 * Told to the owner and the admins of a group: somebody who asked is not let in, and asks no more.
 *
 * Of those who are let in they hear by `member.changed`.
 */
export interface JoinDeclined {
  type: "invite.declined";
  chat_id: Id;
  user_id: Id;
}

/** There is no such invite, or not any more (expired, used up, revoked), or it is not for you. */
export interface InviteOver {
  reason: "invite_over";
  status: "not_found";
}

// --- Messages: what is said in a chat

/** Who wrote a forwarded message, and when. Where is not told: who reads this may not be there. */
export interface Forwarded {
  author_id: Id;
  sent_at: Millis;
}

/** What people reacted with. `user_ids` are the first 20 of the `count`; `reaction.list` tells all. */
export interface Reaction {
  emoji: string;
  count: number;
  user_ids: Id[];
}

/**
 * A message as it now is. Its identity is `(chat_id, seq)`; a deleted one is an empty tombstone.
 *
 * What is left out has its default.
 */
export interface Message {
  chat_id: Id;
  seq: Seq;
  /** Of its last change. */
  rev: Seq;
  author_id: Id;
  /**
   * `text`; `system` for what a group tells of itself: it has no text but a `notice`; `hidden` for one that you have
   * hidden: it says no more.
   */
  kind: string;
  text: string;
  sent_at: Millis;
  nonce: string;
  reply_to?: Seq | null;
  edited_at?: Millis | null;
  deleted_at?: Millis | null;
  notice?: MemberJoined | MembersAdded | MemberLeft | MemberRemoved | RoleGiven | GroupRenamed | GroupDescribed | SettingsChanged | DisappearingSet | null;
  /** Null when it disappeared by itself or was removed by the operators. */
  deleted_by?: Id | null;
  /** How often it was edited: what `if_edits` compares. */
  edits?: number;
  /** Members whom its author wants to be told. */
  mentions?: Id[];
  mentions_all?: boolean;
  forwarded?: Forwarded | null;
  /** In the order in which each was first given. */
  reactions?: Reaction[];
  pinned_at?: Millis | null;
  /** When it disappears for everyone. */
  expires_at?: Millis | null;
}

export interface Messages {
  messages: Message[];
}

/** Messages in the order of their `seq`. `more`: there are others beyond this page, in the direction asked for. */
export interface History {
  messages: Message[];
  more: boolean;
}

/** Post to a chat. `nonce` makes a retry harmless: it returns the original message. */
export interface SendMessage {
  type: "message.send";
  chat_id: Id;
  nonce: string;
  text: string;
  reply_to?: number | null;
  mentions?: Id[];
  /** Tell everybody; the text says `<@all>`. In a group, for its owner and admins. */
  mention_all?: boolean;
}

/** Replace the text of your own message, and with it whom it mentions. What it said before can be seen. */
export interface EditMessage {
  type: "message.edit";
  chat_id: Id;
  seq: Id;
  text: string;
  mentions?: Id[];
  mention_all?: boolean;
  /** The message's `edits` as you know them: refused when another edit came first. */
  if_edits?: number | null;
}

/** Remove a message for everyone. Its text is gone from the database when this answers; a tombstone stays. */
export interface DeleteMessage {
  type: "message.delete";
  chat_id: Id;
  seq: Id;
}

/**
 * A page of a chat: `before` or `after` a `seq`, `around` one, around the first that was sent `at` a time or later,
 * or the newest page when none is given.
 */
export interface MessageHistory {
  type: "message.history";
  chat_id: Id;
  before?: Id | null;
  after?: Seq | null;
  around?: Id | null;
  at?: Millis | null;
  limit?: number;
}

/** What a message said before it was edited. `version` counts from 1. */
export interface Edit {
  version: number;
  text: string;
  written_at: Millis;
}

/** Oldest first. */
export interface Edits {
  edits: Edit[];
}

/** What a message said before. Kept for 30 days, the newest 50, and only while its author lets it be. */
export interface ListEdits {
  type: "message.edits";
  chat_id: Id;
  seq: Id;
}

/** Do away with what your message said before. */
export interface PurgeEdits {
  type: "message.purge_edits";
  chat_id: Id;
  seq: Id;
}

/** Post copies of messages in another chat, in the order given. The copies live on when the originals do not. */
export interface ForwardMessages {
  type: "message.forward";
  /** Where to. */
  chat_id: Id;
  /** Of the whole command: each copy gets one of its own that follows from it. */
  nonce: string;
  from_chat_id: Id;
  seqs: Id[];
}

/** Never see these again, on none of your devices. Others see them as before. */
export interface HideMessages {
  type: "message.hide";
  chat_id: Id;
  seqs: Id[];
}

/** Pin a message for everyone. In a group, for those whom `may_pin` names. */
export interface PinMessage {
  type: "message.pin";
  chat_id: Id;
  seq: Id;
}

/** Take a pin out. */
export interface UnpinMessage {
  type: "message.unpin";
  chat_id: Id;
  seq: Id;
}

/** The pinned messages of a chat, the newest message last. */
export interface ListPins {
  type: "message.pins";
  chat_id: Id;
}

/** You hid these on one of your devices. `mark` is the next one of your `Mine` in the chat. */
export interface MessagesHidden {
  type: "message.hidden";
  chat_id: Id;
  seqs: Id[];
  mark: Seq;
}

/** A new message. The author's window replaces its outbox entry with that `nonce`. */
export interface MessagePosted {
  type: "message.posted";
  message: Message;
  nonce: string;
}

/** The whole message as it now is: edited, deleted, reacted to, pinned. */
export interface MessageChanged {
  type: "message.changed";
  message: Message;
}

/** A text must show something, and not contain NUL. */
export interface TextRefused {
  reason: "text_refused";
  status: "invalid";
}

export interface TextTooLong {
  reason: "text_too_long";
  status: "too_large";
  limit: number;
}

/** Until then your account is too new to send links to people who are not your friends. */
export interface LinksRefused {
  reason: "links_refused";
  status: "forbidden";
  until: Millis;
}

/** There is no such message in this chat to reply to. */
export interface ReplyRefused {
  reason: "reply_refused";
  status: "invalid";
}

/** Messages can be edited for `hours` after they were sent. */
export interface EditWindowOver {
  reason: "edit_window_over";
  status: "forbidden";
  hours: number;
}

/** The message was edited meanwhile: it is at `edits` now. */
export interface EditConflict {
  reason: "edit_conflict";
  status: "conflict";
  edits: number;
}

export interface TooManyPins {
  reason: "too_many_pins";
  status: "conflict";
  limit: number;
}

/** This person takes no messages from you: their settings allow them to friends only, say. */
export interface NotAccepting {
  reason: "not_accepting";
  status: "forbidden";
}

// --- Reactions: an emoji below a message

/** React to a message. Doing so twice is the same as once. */
export interface AddReaction {
  type: "reaction.add";
  chat_id: Id;
  seq: Id;
  emoji: string;
}

/** Take a reaction back. */
export interface RemoveReaction {
  type: "reaction.remove";
  chat_id: Id;
  seq: Id;
  emoji: string;
}

/** Who reacted with one emoji, by id. `more`: ask again `after` the last of them. */
export interface Reacted {
  user_ids: Id[];
  /** Whether you did. */
  mine: boolean;
  more: boolean;
}

/** Everybody who reacted to a message with one emoji. */
export interface ListReactions {
  type: "reaction.list";
  chat_id: Id;
  seq: Id;
  emoji: string;
  after?: Seq;
}

/** That is not an emoji of the Unicode list. */
export interface EmojiRefused {
  reason: "emoji_refused";
  status: "invalid";
}

/** A message has at most `limit` kinds of reactions. */
export interface TooManyReactions {
  reason: "too_many_reactions";
  status: "conflict";
  limit: number;
}

// --- Scheduled messages: written now, posted later

/** A message that waits for its time. Only its author knows of it. */
export interface Scheduled {
  id: Id;
  chat_id: Id;
  /** That of the message it becomes. */
  nonce: string;
  text: string;
  reply_to: Seq | null;
  mentions: Id[];
  mention_all: boolean;
  send_at: Millis;
  /** The reason why it was refused when its time came. It is not tried again. */
  failure: string | null;
}

export interface ScheduledList {
  scheduled: Scheduled[];
}

/** Post a message at `send_at`, or soon after. `nonce` as for `message.send`. */
export interface ScheduleMessage {
  type: "message.schedule";
  chat_id: Id;
  nonce: string;
  text: string;
  send_at: Millis;
  reply_to?: number | null;
  mentions?: number[];
  mention_all?: boolean;
}

/** What you have scheduled, the next one first. */
export interface ListScheduled {
  type: "message.scheduled";
}

/** Take back what you have scheduled. When this answers, it is not and will not be posted. */
export interface UnscheduleMessage {
  type: "message.unschedule";
  scheduled_id: Id;
}

/** You scheduled this, or it failed. */
export interface ScheduledChanged {
  type: "scheduled.changed";
  scheduled: Scheduled;
}

/** It was posted, or you took it back. */
export interface ScheduledGone {
  type: "scheduled.gone";
  scheduled_id: Id;
}

/** A message can be scheduled for a moment within the next `days` days. */
export interface TimeRefused {
  reason: "time_refused";
  status: "invalid";
  days: number;
}

/** One person can have so many messages, of so many characters together, waiting. */
export interface ScheduleFull {
  reason: "schedule_full";
  status: "conflict";
  limit: number;
  characters: number;
}

/** It is being posted, or it is already. */
export interface AlreadySent {
  reason: "already_sent";
  status: "conflict";
}

// --- Notices: the messages of kind `system`, by which a group tells what was changed in it

/** The author came in by an invite. */
export interface MemberJoined {
  type: "joined";
}

/** The author brought these people in. */
export interface MembersAdded {
  type: "added";
  user_ids: Id[];
}

/** The author left. */
export interface MemberLeft {
  type: "left";
}

/** The author put somebody out. Whether they were banned as well is for admins to know. */
export interface MemberRemoved {
  type: "removed";
  user_id: Id;
}

/** The author gave somebody this role. As the last thing an owner does before leaving: who owns the group now. */
export interface RoleGiven {
  type: "role";
  user_id: Id;
  role: Role;
}

/** The author gave the group this title. */
export interface GroupRenamed {
  type: "renamed";
  title: string;
}

/** The author changed the description. It is not repeated, so that what is taken out of it is gone. */
export interface GroupDescribed {
  type: "described";
}

/** The author changed how the group works. What did not change is null. */
export interface SettingsChanged {
  type: "settings";
  slow_mode: number | null;
  may_send: Role | null;
  may_add: Role | null;
  may_edit: Role | null;
  may_pin: Role | null;
  may_call: Role | null;
  may_delete: Role | null;
}

/** The author let what is said from now on disappear after so many seconds; null: it stays. */
export interface DisappearingSet {
  type: "disappearing";
  after: number | null;
}

// --- Receipts: how far each member has received and read a chat. Two numbers per person that only ever grow

/** How far somebody has received and read a chat. What is read is delivered, and so is what they wrote before. */
export interface Receipt {
  user_id: Id;
  delivered_seq: Seq;
  read_seq: Seq;
}

/**
 * Who has received and read one message, of the `people` who were in the chat when it was said.
 *
 * Its author does not count, nor does who shows no receipts. `receipts` is empty above 100 members.
 */
export interface Receipts {
  people: number;
  delivered: number;
  read: number;
  receipts: Receipt[];
}

/** You have read the chat up to message `seq`; it is no longer marked unread. Beyond its end means to the end. */
export interface ReadReceipt {
  type: "receipt.read";
  chat_id: Id;
  seq: Seq;
}

/** This device has the chats up to these messages. Chats that you are not in are passed over. */
export interface DeliveredReceipt {
  type: "receipt.delivered";
  /** Chat id (a JSON key, so in quotes) to `seq`. */
  chats: Record<string, Seq>;
}

/** Who has received and read one message; those who have left the chat since are among them. */
export interface ListReceipts {
  type: "receipt.list";
  chat_id: Id;
  seq: Id;
}

/** These people have received or read more. At most once a second per chat, of at most 100 members. */
export interface ReceiptMoved {
  type: "receipt.moved";
  chat_id: Id;
  receipts: Receipt[];
}

/**
 * What you chose has reached all of your chats: whom you block, or that you show receipts. `sync`, since what is
 * unread there and how far others have come is something else now.
 */
export interface ChatsRecounted {
  type: "chats.recounted";
}

/**
 * Somebody shows how far they come in this chat from now on, or no longer: then forget how far they have come.
 *
 * Not told in groups of more than 100 members.
 */
export interface ReceiptsSwitched {
  type: "receipt.switched";
  chat_id: Id;
  user_id: Id;
  shown: boolean;
}

/** You have read this chat so far, on whichever device. */
export interface ChatRead {
  type: "chat.read";
  chat_id: Id;
  read_seq: Seq;
}

// --- Preferences: how one person wants a chat, on all their devices and for nobody else

export type NotificationLevel = "all" | "mentions" | "none";

/** How somebody wants a chat. `rev` grows with each change of it: of two, the later one holds. */
export interface Preferences {
  rev: Seq;
  /** 2^53 - 1: for ever. */
  muted_until: Millis;
  level: NotificationLevel;
  /** 0: not pinned. */
  pinned_at: Millis;
  archived: boolean;
  /** Its messages pierce "do not disturb". */
  important: boolean;
  /** Until the chat is read again. Nobody else's receipts know of it. */
  marked_unread: boolean;
  draft: string;
}

/** Change what is given, and leave the rest as it is. */
export interface SetPreferences {
  type: "chat.prefs";
  chat_id: Id;
  muted_until?: Millis | null;
  level?: NotificationLevel | null;
  pinned?: boolean | null;
  archived?: boolean | null;
  important?: boolean | null;
  marked_unread?: boolean | null;
}

/** Keep what was begun to be written for the person's other devices. The last one holds; an empty text clears it. */
export interface SetDraft {
  type: "draft.set";
  chat_id: Id;
  text: string;
}

/** All you prefer about a chat, as it now is. */
export interface PrefsChanged {
  type: "prefs.changed";
  chat_id: Id;
  prefs: Preferences;
}

export interface TooManyPinned {
  reason: "too_many_pinned";
  status: "conflict";
  limit: number;
}

// --- Presence: who is here, what they chose to show, and who is typing

/** What others see. Whoever is invisible is offline. */
export type Availability = "online" | "idle" | "dnd" | "offline";

/** What somebody chose to show: what they are doing, "do not disturb", or nothing. */
export type Choice = "auto" | "dnd" | "invisible";

/** Somebody as others see them. Who is offline has neither `text` nor `until`. */
export interface Presence {
  user_id: Id;
  status: Availability;
  text: string;
  /** When the text and "do not disturb" end by themselves. */
  until: Millis | null;
  /** When they were last seen, of somebody offline whose settings let you know it. Not told in events. */
  last_seen: Millis | null;
}

/** What somebody chose to show, for their own devices. It outlives every connection. */
export interface ChosenStatus {
  status: Choice;
  text: string;
  /** When it ends by itself; what follows is `auto` without a text. */
  until: Millis | null;
  /** When `status` became what it is. */
  since: Millis;
  /** Grows with each change: the higher one is the newer one. */
  rev: number;
}

export interface PresenceList {
  people: Presence[];
}

/** Who of these is here, oneself as others see one. Strangers and those one has blocked read as offline. */
export interface GetPresence {
  type: "presence.get";
  user_ids: Id[];
}

/** What you chose to show. */
export interface GetStatus {
  type: "status.get";
}

/** Choose what others see, on all your devices: until `until`, or until you choose again. */
export interface SetStatus {
  type: "status.set";
  status: Choice;
  text?: string;
  until?: Millis | null;
}

/**
 * How this device is used: said when that changes, and once a minute while there is input.
 *
 * Who had no input on any device for five minutes is idle. After a reconnect `idle_for` says when the last input was,
 * since connecting is none.
 */
export interface FocusSession {
  type: "session.focus";
  /** The app is in front. */
  focused: boolean;
  /** The chat that is open in it: whose typing is heard here. */
  chat_id?: Id | null;
  /** Seconds since the last input on this device; of use only with `focused`. */
  idle_for?: number;
}

/**
 * You are typing in the chat that is open on this device (`session.focus`). Said again every three seconds.
 *
 * Told to those who have the chat open as well, and to nobody in a large group or while you are invisible.
 */
export interface StartTyping {
  type: "typing.start";
  chat_id: Id;
}

/** Told to friends and those who share a direct chat, at most once a second. Without `last_seen`. */
export interface PresenceChanged {
  type: "presence.changed";
  people: Presence[];
}

/** What you chose to show, for your other devices; also when it has ended by itself. */
export interface StatusChanged {
  type: "status.changed";
  status: ChosenStatus;
}

/** Somebody is typing in the chat that is open here. Unless it is repeated it is over after six seconds. */
export interface Typing {
  type: "typing";
  chat_id: Id;
  user_id: Id;
}

/** The end lies in the past, or more than a year ahead. */
export interface UntilRefused {
  reason: "until_refused";
  status: "invalid";
}

/** One types in the chat that is open on this device: say so first, with `session.focus`. */
export interface ChatNotOpen {
  reason: "chat_not_open";
  status: "conflict";
}

// --- Reports: telling the operators of a person or a message. Whoever is reported does not learn of it

/** What is wrong with it. */
export type ReportReason = "spam" | "harassment" | "hate" | "violence" | "sexual" | "child_safety" | "self_harm" | "impersonation" | "illegal" | "under_age" | "other";

/** Report somebody. The operators get a copy of their profile as you see it now. */
export interface ReportUser {
  type: "report.user";
  user_id: Id;
  reason: ReportReason;
  comment?: string;
}

/**
 * Report a message that you see. The operators get a copy of it as it is now, which they keep for a while also
 * when it is deleted.
 */
export interface ReportMessage {
  type: "report.message";
  chat_id: Id;
  seq: Id;
  reason: ReportReason;
  comment?: string;
  /** Give them the five messages before it as well, as far as you see them. */
  context?: boolean;
}

// --- Search: find what was said, in all chats that one may read

/** What a message may have besides words. */
export type Has = "link" | "mention" | "pin" | "reaction";

/** Where a page of results ends. To be handed back as it is. */
export interface SearchPlace {
  at: Millis;
  chat_id: Id;
  seq: Seq;
}

/** What was found, the newest first. */
export interface SearchPage {
  messages: Message[];
  /** Where to go on; null at the end. A page may hold less than was asked for, or nothing, and not be the last. */
  next: SearchPlace | null;
}

/**
 * Find messages that say all of this. What was sent a moment ago may take a second to be found.
 *
 * Upper and lower case and accents do not count. What stands in quotation marks is found as it stands there; the last
 * word outside of them may be the beginning of one. Languages without spaces are found by any part of a sentence.
 * Who wrote it, where and when are fields of their own: it is the client that knows names, titles and time zones, and
 * makes them from what was typed as `from:`, `in:`, `has:`, `before:` and `after:`.
 */
export interface SearchMessages {
  type: "message.search";
  /** May be empty where `from_id` or `has` is given. */
  text?: string;
  from_id?: Id | null;
  /** Only in this chat. */
  chat_id?: Id | null;
  /** All of these. */
  has?: Has[];
  /** Only what was sent before that moment. */
  before?: Millis | null;
  /** Only what was sent then or later. */
  after?: Millis | null;
  /** The `next` of the page before, asked for with the same other fields. */
  page?: SearchPlace | null;
  limit?: number;
}

/** There is nothing to look for: no word, no author and nothing that messages should have. */
export interface SearchEmpty {
  reason: "search_empty";
  status: "invalid";
}

// --- Warnings: what the operators tell a person. Clients show each until it is dismissed

/** A warning to you that you have not dismissed. */
export interface WarningNote {
  id: Id;
  text: string;
  given_at: Millis;
}

/** `rev` is that of your own affairs. */
export interface WarningDismissed {
  warning_id: Id;
  rev: Seq;
}

/** You have read it: none of your devices shows it any more. */
export interface DismissWarning {
  type: "warning.dismiss";
  warning_id: Id;
}

/** The operators warn you. `rev` is that of your own affairs. */
export interface WarningGiven {
  type: "warning.given";
  warning: WarningNote;
  rev: Seq;
}

/** You dismissed a warning on one of your devices. `rev` is that of your own affairs. */
export interface WarningGone {
  type: "warning.gone";
  warning_id: Id;
  rev: Seq;
}

// --- Together

/** Answered without an access token, over HTTP only. */
export type PublicCommand =
  | RegisterAccount
  | CheckUsername
  | OpenSession
  | RefreshSession
  | UseRecoveryKey;

/** Answered by the gateway itself, on a socket only. */
export type SocketCommand =
  | Connect
  | Ping
  | RenewSession
  | FocusSession
  | StartTyping;

/** Answered for somebody signed in, over a socket or HTTP. */
export type RoutedCommand =
  | ListSessions
  | RevokeSession
  | CloseSession
  | ChangePassword
  | EditProfile
  | FindUser
  | CreateChat
  | OpenDirect
  | GetChat
  | ChatChanges
  | Sync
  | GetPeople
  | LeaveChat
  | AddMember
  | RemoveMember
  | OpenSaved
  | EditChat
  | EditMember
  | BanMember
  | UnbanMember
  | ListBans
  | CreateInvite
  | ListInvites
  | RevokeInvite
  | LookAtInvite
  | UseInvite
  | ListJoinRequests
  | ApproveJoin
  | DeclineJoin
  | SendMessage
  | EditMessage
  | DeleteMessage
  | MessageHistory
  | GetPresence
  | ForwardMessages
  | ListEdits
  | PurgeEdits
  | HideMessages
  | PinMessage
  | UnpinMessage
  | ListPins
  | AddReaction
  | RemoveReaction
  | ListReactions
  | ScheduleMessage
  | ListScheduled
  | UnscheduleMessage
  | ClearChat
  | DeleteChat
  | SetDisappearing
  | GetStatus
  | SetStatus
  | ReadReceipt
  | DeliveredReceipt
  | ListReceipts
  | SetPreferences
  | SetDraft
  | ListPeople
  | RequestFriend
  | AcceptFriend
  | DeclineFriend
  | CancelFriend
  | RemoveFriend
  | AddBlock
  | RemoveBlock
  | GetSettings
  | EditSettings
  | SearchMessages
  | ReportUser
  | ReportMessage
  | DismissWarning;

/** What a client may hear. */
export type ServerEvent =
  | MeChanged
  | SessionRevoked
  | ChatJoined
  | ChatLeft
  | MemberChanged
  | JoinRequested
  | JoinDeclined
  | MessagePosted
  | MessageChanged
  | PresenceChanged
  | StatusChanged
  | Typing
  | ReceiptMoved
  | ChatRead
  | PrefsChanged
  | RelationChanged
  | ProfileChanged
  | SettingsEdited
  | Draining
  | Resync
  | ChatsBehind
  | ChatCleared
  | ChatChanged
  | MessagesHidden
  | ScheduledChanged
  | ScheduledGone
  | WarningGiven
  | WarningGone
  | ReceiptsSwitched
  | ChatsRecounted;

/** Why something was refused; `status` says what to do about it. */
export type Failure =
  | Invalid
  | Unauthenticated
  | NotFound
  | Forbidden
  | TooManyRequests
  | TooLarge
  | Unavailable
  | Internal
  | UsernameRefused
  | UsernameTaken
  | DisplayNameRefused
  | PasswordRefused
  | AgeNotConfirmed
  | PolicyOutdated
  | BadCredentials
  | SessionEnded
  | NotAGroup
  | GroupFull
  | TooManyChats
  | TitleRefused
  | SlowMode
  | Banned
  | InviteOver
  | MayNotAdd
  | BlockedByYou
  | NotAccepting
  | TextRefused
  | TextTooLong
  | LinksRefused
  | ReplyRefused
  | EditWindowOver
  | TooManySockets
  | EditConflict
  | TooManyPins
  | EmojiRefused
  | TooManyReactions
  | TimeRefused
  | ScheduleFull
  | AlreadySent
  | UntilRefused
  | ChatNotOpen
  | TooManyPinned
  | SearchEmpty
  | Suspended;

/** What a client may say on a socket. */
export type ClientCommand = SocketCommand | RoutedCommand;

/** What each command is answered with. */
export interface Replies {
  "account.register": Registered;
  "username.check": Nothing;
  "session.open": SessionTokens;
  "session.refresh": AccessTokens;
  "recovery.use": RecoveryKey;
  "connect": Connected;
  "ping": Nothing;
  "session.renew": RenewedUntil;
  "session.focus": Nothing;
  "typing.start": Nothing;
  "session.list": SessionList;
  "session.revoke": Nothing;
  "session.close": Nothing;
  "password.change": Nothing;
  "profile.edit": User;
  "user.find": FoundUser;
  "chat.create": Chat;
  "chat.open_direct": Chat;
  "chat.get": ChatState;
  "chat.changes": ChatState;
  "sync": Synced;
  "chat.people": People;
  "chat.leave": Nothing;
  "member.add": Nothing;
  "member.remove": Nothing;
  "chat.open_saved": Chat;
  "chat.edit": Chat;
  "member.edit": Nothing;
  "member.ban": Nothing;
  "member.unban": Nothing;
  "chat.bans": Bans;
  "invite.create": Invite;
  "invite.list": Invites;
  "invite.revoke": Nothing;
  "invite.look": InviteLook;
  "invite.join": InviteUse;
  "invite.requests": JoinRequests;
  "invite.approve": Nothing;
  "invite.decline": Nothing;
  "message.send": Message;
  "message.edit": Message;
  "message.delete": Message;
  "message.history": History;
  "presence.get": PresenceList;
  "message.forward": Messages;
  "message.edits": Edits;
  "message.purge_edits": Nothing;
  "message.hide": Nothing;
  "message.pin": Message;
  "message.unpin": Message;
  "message.pins": Messages;
  "reaction.add": Message;
  "reaction.remove": Message;
  "reaction.list": Reacted;
  "message.schedule": Scheduled;
  "message.scheduled": ScheduledList;
  "message.unschedule": Nothing;
  "chat.clear": Nothing;
  "chat.delete": Nothing;
  "chat.disappear": Chat;
  "status.get": ChosenStatus;
  "status.set": ChosenStatus;
  "receipt.read": Nothing;
  "receipt.delivered": Nothing;
  "receipt.list": Receipts;
  "chat.prefs": Preferences;
  "draft.set": Preferences;
  "people.list": Relations;
  "friend.request": RelationNow;
  "friend.accept": RelationNow;
  "friend.decline": RelationNow;
  "friend.cancel": RelationNow;
  "friend.remove": RelationNow;
  "block.add": RelationNow;
  "block.remove": RelationNow;
  "settings.get": SettingsNow;
  "settings.edit": SettingsNow;
  "message.search": SearchPage;
  "report.user": Nothing;
  "report.message": Nothing;
  "warning.dismiss": WarningDismissed;
}

/** What a client sends on a socket. `id` is its own, and unique while the command is pending. */
export interface Frame {
  id: number;
  command: ClientCommand;
}

/** What arrives on a socket. `id` is null only in the refusal of a frame whose own could not be read. */
export type ServerFrame =
  | { id: number; reply: Replies[ClientCommand["type"]] }
  | { id: number | null; refused: Failure }
  | { event: ServerEvent };

type Optional<T> = { [K in keyof T as object extends Pick<T, K> ? K : never]-?: T[K] };

/** What is not sent because it is as usual. */
export const DEFAULTS: {
  User: Optional<User>;
  Chat: Optional<Chat>;
  Member: Optional<Member>;
  Mine: Optional<Mine>;
  ChatState: Optional<ChatState>;
  Message: Optional<Message>;
} = {
  User: {
    description: "",
    avatar: null,
    private: false,
  },
  Chat: {
    title: "",
    avatar: null,
    low_id: null,
    high_id: null,
    description: "",
    slow_mode: 0,
    may_send: "member",
    may_add: "member",
    may_edit: "admin",
    may_pin: "admin",
    may_call: "member",
    may_delete: "admin",
    disappear_after: null,
  },
  Member: {
    role: "member",
    joined_seq: 0,
    left: false,
  },
  Mine: {
    role: "member",
    cleared_seq: 0,
    closed_seq: null,
    mark: 0,
    read_seq: 0,
    unread: 0,
    mentions: 0,
    prefs: null,
  },
  ChatState: {
    messages: [],
    members: [],
    people: [],
    receipts: [],
    receipts_off: [],
  },
  Message: {
    reply_to: null,
    edited_at: null,
    deleted_at: null,
    notice: null,
    deleted_by: null,
    edits: 0,
    mentions: [],
    mentions_all: false,
    forwarded: null,
    reactions: [],
    pinned_at: null,
    expires_at: null,
  },
};

/** Why the gateway closes. Below 4500 the client reconnects, from 4500 on it does not. */
export const CloseCode = {
  TOO_SLOW: 4000,
  RESTARTING: 4001,
  RESYNC: 4002,
  TOKEN_EXPIRED: 4003,
  NO_HEARTBEAT: 4008,
  SIGNED_OUT: 4500,
  CLIENT_TOO_OLD: 4501,
  PROTOCOL_VIOLATION: 4502,
  BANNED: 4503,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

export const SUBPROTOCOL = "dialog.1";
