// What a client's author may rely on; each `@ts-expect-error` must be one. Compiled by test_generated.py.
import type { ClientCommand, Message, Nothing, Replies, ServerEvent } from "./protocol";

declare function call<C extends ClientCommand>(command: C): Promise<Replies[C["type"]]>;

export async function replies(): Promise<void> {
  const message: Message = await call({ type: "message.send", chat_id: 1, nonce: "n", text: "hello" });
  const nothing: Nothing = await call({ type: "chat.leave", chat_id: message.chat_id });
  void nothing;
  // @ts-expect-error a message is not a number
  const wrong: number = await call({ type: "message.send", chat_id: 1, nonce: "n", text: "hello" });
  void wrong;
  // @ts-expect-error a text is needed
  await call({ type: "message.send", chat_id: 1, nonce: "n" });
  // @ts-expect-error only services may ask this
  await call({ type: "internal.users", user_ids: [1] });
  // @ts-expect-error signing in is not for sockets
  await call({ type: "session.refresh", login_token: "x" });
}

export function exhaustive(event: ServerEvent): string {
  switch (event.type) {
    case "message.posted":
    case "message.changed":
      return event.message.text;
    case "member.changed":
      return event.user?.display_name ?? "";
    case "chat.joined":
      return event.chat.title ?? "";
    case "chat.changed":
      return event.chat.description ?? "";
    case "invite.requested":
      return event.user.display_name;
    case "invite.declined":
      return String(event.user_id);
    case "chat.left":
      return String(event.rev);
    case "me.changed":
      return event.user.username;
    case "session.revoked":
      return String(event.session_id);
    case "presence.changed":
      return event.people.map((one) => one.status).join();
    case "status.changed":
      return event.status.text;
    case "typing":
      return String(event.user_id);
    case "receipt.moved":
      return String(event.receipts.length);
    case "chat.read":
      return String(event.read_seq);
    case "receipt.switched":
      return String(event.shown);
    case "prefs.changed":
      return event.prefs.draft;
    case "relation.changed":
      return event.relation.state;
    case "user.changed":
      return event.user.display_name;
    case "settings.changed":
      return event.settings.who_may_write;
    case "draining":
    case "resync":
      return String(event.within);
    case "chats.behind":
    case "chats.recounted":
      return "";
    case "chat.cleared":
    case "message.hidden":
      return String(event.mark);
    case "scheduled.changed":
      return event.scheduled.text;
    case "scheduled.gone":
      return String(event.scheduled_id);
    case "warning.given":
      return event.warning.text;
    case "warning.gone":
      return String(event.warning_id);
    default:
      return event satisfies never;
  }
}

export function forgetful(event: ServerEvent): string {
  switch (event.type) {
    case "message.posted":
      return event.message.text;
    default:
      // @ts-expect-error the other events are not handled
      return event satisfies never;
  }
}
