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

/** A person as others may see them. */
export interface User {
  id: Id;
  username: string;
  display_name: string;
  description: string;
  avatar: string | null;
  /** Grows by one with each change of the profile: the higher one is the newer one. */
  rev: number;
  /** Avatar and description are not for you: that they are empty here says nothing. */
  private: boolean;
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

// --- Chats and their members, and how a client stays in step with them

export type ChatKind = "direct" | "group";

export type Role = "owner" | "member";

/** A conversation. `rev` is that of its newest change of any kind. */
export interface Chat {
  id: Id;
  kind: ChatKind;
  /** Empty for a direct chat. */
  title: string;
  avatar: string | null;
  /** Of the newest message; 0 when nothing was said yet. */
  head_seq: Seq;
  rev: Seq;
  member_count: number;
  low_id: Id | null;
  /** The two people of a direct chat, by their ids; null in a group. */
  high_id: Id | null;
  created_at: Millis;
}

/** Somebody's place in a chat. `left` ones are listed only as changes. */
export interface Member {
  chat_id: Id;
  user_id: Id;
  role: Role;
  /** `head_seq` when they joined. */
  joined_seq: Seq;
  rev: Seq;
  left: boolean;
}

/** What concerns only the one who asks. */
export interface Mine {
  role: Role;
}

/**
 * A chat, and what of it is newer than the client's `rev`.
 *
 * With `reset` the client drops what it held of this chat: `members` is then everyone and `messages` the newest page.
 */
export interface ChatState {
  chat: Chat;
  messages: Message[];
  members: Member[];
  /** The users behind `members`. Empty within `sync`, whose own `people` serves all its chats. */
  people: User[];
  mine: Mine;
  reset: boolean;
}

/** What the client missed. `more`: the reply was full; sync again with the numbers now held. */
export interface Synced {
  chats: ChatState[];
  /** Chats that the client named and is not in. */
  gone: Id[];
  people: User[];
  me: User;
  more: boolean;
}

export interface People {
  users: User[];
}

/** Make a group of yourself, as its owner, and these people. */
export interface CreateChat {
  type: "chat.create";
  title: string;
  user_ids: Id[];
}

/** The one direct chat of the two of you, however often and by whomever it is opened. */
export interface OpenDirect {
  type: "chat.open_direct";
  user_id: Id;
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
}

/** What changed in all chats since the `rev` that the client holds of each; empty on a cold start. */
export interface Sync {
  type: "sync";
  /** Chat id (a JSON key, so in quotes) to `rev`. */
  chats?: Record<string, Seq>;
}

/** Profiles of people who are or were in a chat of yours, such as authors who left. */
export interface GetPeople {
  type: "chat.people";
  chat_id: Id;
  user_ids: Id[];
}

/** Leave a group. When the last owner leaves, the longest-standing member becomes one. */
export interface LeaveChat {
  type: "chat.leave";
  chat_id: Id;
}

/** Bring people into a group. Those who are in it already stay as they are. */
export interface AddMember {
  type: "member.add";
  chat_id: Id;
  user_ids: Id[];
}

/** Put somebody out of a group. */
export interface RemoveMember {
  type: "member.remove";
  chat_id: Id;
  user_id: Id;
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

/** This is for groups; the chat is a direct one. */
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

/** Nothing is left of the title once control characters are taken out. */
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

// --- Messages: what is said in a chat

/** A message as it now is. Its identity is `(chat_id, seq)`; a deleted one is an empty tombstone. */
export interface Message {
  chat_id: Id;
  seq: Seq;
  /** Of its last change. */
  rev: Seq;
  author_id: Id;
  /** `text` */
  kind: string;
  text: string;
  sent_at: Millis;
  nonce: string;
  reply_to: Seq | null;
  edited_at: Millis | null;
  deleted_at: Millis | null;
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
}

/** Replace the text of your own message. */
export interface EditMessage {
  type: "message.edit";
  chat_id: Id;
  seq: Id;
  text: string;
}

/** Remove a message for everyone. Its text is gone from the database when this answers; a tombstone stays. */
export interface DeleteMessage {
  type: "message.delete";
  chat_id: Id;
  seq: Id;
}

/** A page of a chat: `before` or `after` a `seq`, `around` one, or the newest page when none is given. */
export interface MessageHistory {
  type: "message.history";
  chat_id: Id;
  before?: Id | null;
  after?: Seq | null;
  around?: Id | null;
  limit?: number;
}

/** A new message. The author's window replaces its outbox entry with that `nonce`. */
export interface MessagePosted {
  type: "message.posted";
  message: Message;
  nonce: string;
}

/** The whole message as it now is: edited, deleted. */
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

/** This person takes no messages from you: their settings allow them to friends only, say. */
export interface NotAccepting {
  reason: "not_accepting";
  status: "forbidden";
}

// --- Presence: who is here

export type Availability = "online" | "offline";

export interface Presence {
  user_id: Id;
  status: Availability;
}

export interface PresenceList {
  people: Presence[];
}

/** Who of these is here. Somebody with whom you share no direct chat always reads as offline. */
export interface GetPresence {
  type: "presence.get";
  user_ids: Id[];
}

/** Told to those who share a direct chat with that person. */
export interface PresenceChanged {
  type: "presence.changed";
  user_id: Id;
  status: Availability;
}

// --- Together

/** Answered without an access token, over HTTP only. */
export type PublicCommand =
  | RegisterAccount
  | OpenSession
  | RefreshSession
  | UseRecoveryKey;

/** Answered by the gateway itself, on a socket only. */
export type SocketCommand =
  | Connect
  | Ping
  | RenewSession;

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
  | SendMessage
  | EditMessage
  | DeleteMessage
  | MessageHistory
  | GetPresence
  | ListPeople
  | RequestFriend
  | AcceptFriend
  | DeclineFriend
  | CancelFriend
  | RemoveFriend
  | AddBlock
  | RemoveBlock
  | GetSettings
  | EditSettings;

/** What a client may hear. */
export type ServerEvent =
  | MeChanged
  | SessionRevoked
  | ChatJoined
  | ChatLeft
  | MemberChanged
  | MessagePosted
  | MessageChanged
  | PresenceChanged
  | RelationChanged
  | ProfileChanged
  | SettingsEdited
  | Draining
  | Resync
  | ChatsBehind;

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
  | MayNotAdd
  | BlockedByYou
  | NotAccepting
  | TextRefused
  | TextTooLong
  | ReplyRefused
  | EditWindowOver
  | TooManySockets;

/** What a client may say on a socket. */
export type ClientCommand = SocketCommand | RoutedCommand;

/** What each command is answered with. */
export interface Replies {
  "account.register": Registered;
  "session.open": SessionTokens;
  "session.refresh": AccessTokens;
  "recovery.use": RecoveryKey;
  "connect": Connected;
  "ping": Nothing;
  "session.renew": RenewedUntil;
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
  "message.send": Message;
  "message.edit": Message;
  "message.delete": Message;
  "message.history": History;
  "presence.get": PresenceList;
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
