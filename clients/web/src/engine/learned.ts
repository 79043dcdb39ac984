import type { ClientCommand, Replies, ServerEvent } from "../protocol";

/** What one did oneself is known from the answer; the event that also tells it may be late or lost. */
export function learned<C extends ClientCommand>(command: C, reply: Replies[C["type"]]): ServerEvent[] {
  const answer = { type: command.type, command, reply } as Answered;
  switch (answer.type) {
    case "message.send":
      return [{ type: "message.posted", message: answer.reply, nonce: answer.reply.nonce }];
    case "message.forward":
      return answer.reply.messages.map(message => ({ type: "message.posted", message, nonce: message.nonce }));
    case "message.edit":
    case "message.delete":
    case "message.pin":
    case "message.unpin":
    case "reaction.add":
    case "reaction.remove":
      return [{ type: "message.changed", message: answer.reply }];
    case "chat.create":
    case "chat.open_direct":
    case "chat.open_saved":
    case "chat.edit":
    case "chat.disappear":
      // Notices may come before its `rev`: it tells how far the chat has come, and not what the next change is.
      return [{ type: "chat.joined", chat: answer.reply }];
    case "invite.join":
      return answer.reply.chat ? [{ type: "chat.joined", chat: answer.reply.chat }] : [];
    case "invite.requests":
      return answer.reply.people.map(user => ({ type: "user.changed", user }));
    case "presence.get":
      return [{ type: "presence.changed", people: answer.reply.people }];
    case "profile.edit":
      return [{ type: "me.changed", user: answer.reply }];
    case "chat.prefs":
    case "draft.set":
      return [{ type: "prefs.changed", chat_id: answer.command.chat_id, prefs: answer.reply }];
    case "status.set":
    case "status.get":
      return [{ type: "status.changed", status: answer.reply }];
    case "message.schedule":
      return [{ type: "scheduled.changed", scheduled: answer.reply }];
    case "message.unschedule":
      return [{ type: "scheduled.gone", scheduled_id: answer.command.scheduled_id }];
    case "friend.request":
    case "friend.accept":
    case "friend.decline":
    case "friend.cancel":
    case "friend.remove":
    case "block.add":
    case "block.remove":
      return [{ type: "relation.changed", relation: answer.reply.relation, rev: answer.reply.rev }];
    case "settings.get":
    case "settings.edit":
      return [{ type: "settings.changed", settings: answer.reply.settings, rev: answer.reply.rev }];
    case "warning.dismiss":
      return [{ type: "warning.gone", warning_id: answer.reply.warning_id, rev: answer.reply.rev }];
    default:
      return [];
  }
}

/** A command with its reply, told apart by its type. */
type Answered = {
  [T in ClientCommand["type"]]: { type: T; command: Extract<ClientCommand, { type: T }>; reply: Replies[T] };
}[ClientCommand["type"]];
