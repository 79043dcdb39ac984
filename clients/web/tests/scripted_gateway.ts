import type { Transport } from "../src/engine/socket";
import type {
  Chat,
  ClientCommand,
  Failure,
  Member,
  Message,
  Relation,
  ServerEvent,
  Settings,
  User,
  WarningNote,
} from "../src/protocol";

export const ANNA: User = {
  id: 1,
  username: "anna",
  display_name: "Anna",
  description: "",
  avatar: null,
  rev: 1,
  private: false,
};
export const BEN: User = { ...ANNA, id: 2, username: "ben", display_name: "Ben" };
export const CHAT = 100;
const SETTINGS: Settings = {
  who_may_write: "everyone",
  who_may_add: "friends",
  who_may_call: "friends",
  who_sees_last_seen: "friends",
  who_sees_profile: "everyone",
  read_receipts: true,
  typing: true,
};

/** Decides what becomes of each event on its way to a client: how often it arrives, and after how many others. */
export type Fate = () => number[];

/** A gateway with one chat, kept in memory, that can lose, repeat and reorder what it tells. */
export class Gateway {
  epoch = 1;
  rev = 1;
  /** Connections that there were at once. */
  most = 0;
  /** Of Anna's own affairs. */
  peopleRev = 3;
  settings = SETTINGS;
  title = "Walk";
  readonly relations = new Map<number, Relation>();
  readonly warnings = new Map<number, WarningNote>();
  readonly messages: Message[] = [];
  readonly received: ClientCommand[] = [];
  fate: Fate = () => [0];
  refuse: ((command: ClientCommand) => Failure | undefined) | null = null;
  /** Commands of which the answer is lost with the connection, once each. */
  swallow: ((command: ClientCommand) => boolean) | null = null;
  /** Nobody gets through. */
  isDown = false;
  private readonly sockets = new Set<ScriptedSocket>();

  open = (): Transport => {
    const socket = new ScriptedSocket(this);
    this.sockets.add(socket);
    this.most = Math.max(this.most, this.sockets.size);
    const opened = () => socket.onopen?.call(socket as never, new Event("open"));
    setTimeout(() => (this.isDown ? socket.end(1006) : opened()), 0);
    return socket;
  };

  get connected(): number {
    return this.sockets.size;
  }

  forget(socket: ScriptedSocket): void {
    this.sockets.delete(socket);
  }

  /** As when a cable is cut. */
  cut(code = 1006): void {
    for (const socket of [...this.sockets]) socket.end(code);
  }

  post(text: string, author_id = 2, nonce = `n${this.rev}`): Message {
    const known = this.messages.find(message => message.nonce === nonce);
    if (known) return known;
    const message: Message = {
      chat_id: CHAT,
      seq: this.messages.length + 1,
      rev: ++this.rev,
      author_id,
      kind: "text",
      text,
      sent_at: Date.now(),
      nonce,
    };
    this.messages.push(message);
    this.tell({ type: "message.posted", message, nonce });
    return message;
  }

  edit(seq: number, text: string): Message {
    const edits = (this.messages[seq - 1]!.edits ?? 0) + 1;
    return this.change(seq, { text, edits, edited_at: Date.now() });
  }

  change(seq: number, changes: Partial<Message>): Message {
    const message = { ...this.messages[seq - 1]!, ...changes, rev: ++this.rev };
    this.messages[seq - 1] = message;
    this.tell({ type: "message.changed", message });
    return message;
  }

  remove(seq: number): Message {
    return this.change(seq, { text: "", deleted_at: Date.now() });
  }

  relate(user: User, state: Relation["state"], blocked = false): Relation {
    const relation = { user, state, blocked, since: 1 };
    this.relations.set(user.id, relation);
    this.tell({ type: "relation.changed", relation, rev: ++this.peopleRev });
    return relation;
  }

  warn(id: number, text: string): void {
    const warning = { id, text, given_at: 1 };
    this.warnings.set(id, warning);
    this.tell({ type: "warning.given", warning, rev: ++this.peopleRev });
  }

  /** Anna changes the title. Its notice is a change of its own; both are told after the answer. */
  rename(title: string): Chat {
    this.title = title;
    const chat = { ...this.state(0).chat, rev: ++this.rev };
    setTimeout(() => {
      this.tell({ type: "chat.changed", chat });
      this.post("", ANNA.id);
    }, 5);
    return { ...chat, rev: chat.rev + 1, head_seq: chat.head_seq + 1 };
  }

  tell(event: ServerEvent): void {
    for (const socket of this.sockets) for (const late of this.fate()) socket.push({ event }, late);
  }

  answer(command: ClientCommand): unknown {
    switch (command.type) {
      case "connect":
        return {
          user: ANNA,
          status: { status: "auto", text: "", until: null, since: 0, rev: 0 },
          session_id: 9,
          heartbeat: 25,
          epoch: this.epoch,
          people_rev: this.peopleRev,
          now: Date.now(),
          limits: { frame_bytes: 65536, pending_commands: 32, text_length: 8000 },
        };
      case "sync": {
        const held = command.chats?.[CHAT] ?? 0;
        const chats = held === this.rev ? [] : [this.state(held)];
        return { chats, gone: [], people: [ANNA], me: ANNA, more: false, scheduled: [], as_of: 0 };
      }
      case "chat.changes":
        return this.state(command.since);
      case "message.send":
        return this.post(command.text, ANNA.id, command.nonce);
      case "message.edit": {
        const message = this.messages[command.seq - 1]!;
        return message.text === command.text ? message : this.edit(command.seq, command.text);
      }
      case "message.delete": {
        const message = this.messages[command.seq - 1]!;
        return message.deleted_at == null ? this.remove(command.seq) : message;
      }
      case "reaction.add":
        return this.change(command.seq, { reactions: [{ emoji: command.emoji, count: 1, user_ids: [ANNA.id] }] });
      case "reaction.remove":
        return this.change(command.seq, { reactions: [] });
      case "chat.edit":
        return this.rename(command.title ?? "");
      case "status.get":
        return { status: "auto", text: "", until: null, since: 0, rev: 0 };
      case "people.list": {
        const all = [...this.relations.values()].sort((one, other) => one.user.id - other.user.id);
        const [relation, more] = all.filter(one => one.user.id > (command.after ?? 0)); // pages of one
        const { settings, peopleRev: rev } = this;
        const warnings = command.after ? [] : [...this.warnings.values()];
        return { relations: relation ? [relation] : [], next: more ? relation!.user.id : 0, settings, rev, warnings };
      }
      case "block.add":
        return { relation: this.relate(BEN, "none", true), rev: this.peopleRev };
      case "settings.edit": {
        const { type: _, ...chosen } = command;
        this.settings = { ...this.settings, ...chosen } as Settings;
        return { settings: this.settings, rev: ++this.peopleRev };
      }
      case "warning.dismiss":
        this.warnings.delete(command.warning_id);
        return { warning_id: command.warning_id, rev: ++this.peopleRev };
      case "chat.people":
        return { users: [] };
      case "presence.get":
        return { people: [] };
      default:
        return {};
    }
  }

  private state(since: number) {
    const chat: Chat = {
      id: CHAT,
      kind: "group",
      title: this.title,
      avatar: null,
      head_seq: this.messages.length,
      rev: this.rev,
      member_count: 2,
      low_id: null,
      high_id: null,
      created_at: 1,
      description: "",
      slow_mode: 0,
      may_send: "member",
      may_add: "member",
      may_edit: "member",
      may_pin: "member",
      may_call: "member",
      may_delete: "admin",
      disappear_after: null,
    };
    const member = (user_id: number): Member => ({
      chat_id: CHAT,
      user_id,
      role: "member",
      joined_seq: 0,
      rev: 1,
      left: false,
    });
    const unread = this.messages.filter(message => message.author_id !== ANNA.id && message.deleted_at == null);
    return {
      chat,
      messages: this.messages.filter(message => message.rev > since),
      members: since ? [] : [member(1), member(2)],
      people: [],
      mine: {
        role: "member",
        cleared_seq: 0,
        closed_seq: null,
        mark: 0,
        read_seq: 0,
        unread: unread.length,
        mentions: 0,
        prefs: null,
      },
      reset: since === 0,
      receipts: [],
      receipts_off: [],
    };
  }
}

/** The client's end of a connection to a scripted gateway. */
class ScriptedSocket implements Transport {
  readonly protocol = "dialog.1";
  onopen: Transport["onopen"] = null;
  onmessage: Transport["onmessage"] = null;
  onclose: Transport["onclose"] = null;
  private over = false;
  private readonly waiting: { frame: unknown; after: number }[] = [];

  constructor(private readonly gateway: Gateway) {}

  send(data: string): void {
    const { id, command } = JSON.parse(data) as { id: number; command: ClientCommand };
    this.gateway.received.push(command);
    const refused = this.gateway.refuse?.(command);
    const frame = refused ? { id, refused } : { id, reply: this.gateway.answer(command) };
    if (this.gateway.swallow?.(command)) {
      this.gateway.swallow = null;
      return this.end(1006);
    }
    setTimeout(() => this.deliver(frame), 1);
  }

  /** Deliver a frame once `after` others have gone by. */
  push(frame: unknown, after: number): void {
    this.waiting.push({ frame, after });
    setTimeout(() => {
      const ripe = this.waiting.filter(one => one.after-- <= 0);
      for (const one of ripe) {
        this.waiting.splice(this.waiting.indexOf(one), 1);
        this.deliver(one.frame);
      }
    }, 1);
  }

  private deliver(frame: unknown): void {
    if (!this.over) this.onmessage?.call(this as never, { data: JSON.stringify(frame) } as MessageEvent);
  }

  end(code: number): void {
    if (this.over) return;
    this.over = true;
    this.gateway.forget(this);
    this.onclose?.call(this as never, { code } as CloseEvent);
  }

  close(): void {
    this.end(1000);
  }
}
