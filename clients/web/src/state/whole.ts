import {
  type ChatState,
  DEFAULTS,
  type Chat as Sent,
  type Member as SentMember,
  type Mine as SentMine,
} from "../protocol";

/** A chat, a member, what concerns only us: with all that is not sent because it is as usual. */
export type Chat = Required<Sent>;
export type Member = Required<SentMember>;
export type Mine = Required<SentMine>;

export interface WholeState extends Required<ChatState> {
  chat: Chat;
  members: Member[];
  mine: Mine;
}

export function wholeChat(chat: Sent): Chat {
  return { ...DEFAULTS.Chat, ...chat };
}

export function wholeMember(member: SentMember): Member {
  return { ...DEFAULTS.Member, ...member };
}

export function wholeState(state: ChatState): WholeState {
  return {
    ...DEFAULTS.ChatState,
    ...state,
    chat: wholeChat(state.chat),
    members: (state.members ?? []).map(wholeMember),
    mine: { ...DEFAULTS.Mine, ...state.mine },
  };
}
