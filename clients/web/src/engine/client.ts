import type {
  ClientCommand,
  Connected,
  History,
  Id,
  Message,
  MessageHistory,
  Replies,
  Seq,
  ServerEvent,
} from "../protocol";
import type { OwnAffair } from "../state/affairs";
import type { ConnectionRecord } from "../state/records";
import { State } from "../state/state";
import { CatchUp } from "./catchup";
import { Connection } from "./connection";
import { Deliveries } from "./deliveries";
import { ConnectionLost } from "./failures";
import { learned } from "./learned";
import { Outbox } from "./outbox";
import { sleep } from "./pace";
import type { Session } from "./session";
import type { OpenTransport, Socket } from "./socket";
import { Usage } from "./usage";

/** Messages held per chat. */
const WINDOW = 5000;
const SYNC_PAGES = 1000;
const READ_EVERY = 1000;
const CALL_PATIENCE = 10_000;
const SEEN_TOGETHER = 1000;

/** One signed-in person in this browser: what they see, kept in step, and what they do. */
export class Client {
  readonly state = new State(WINDOW, message => this.posted(message));
  readonly usage = new Usage(
    command => void this.connection.call(command).catch(() => {}), // it is said again, and nothing hangs on it
    chatId => {
      this.state.changes.chats.add(chatId);
      this.changed();
    },
  );
  readonly outbox = new Outbox(
    command => this.call(command),
    () => this.live(),
    () => this.changed(),
  );
  readonly connection: Connection;
  private readonly catchUp = new CatchUp(
    this.state,
    chatId => this.fetch(chatId),
    () => this.syncAgain(),
  );
  private readonly deliveries = new Deliveries(this.state, command => this.connection.call(command));
  private textLength = 8000;
  private ready = false;
  private readonly waiting = new Set<() => void>();
  private readonly reading = new Map<Id, Seq>();
  private readonly asked = new Set<Id>();

  constructor(
    readonly session: Session,
    device: string,
    openTransport: OpenTransport,
    private readonly changed: () => void,
    over: (why: ConnectionLost) => void,
  ) {
    this.connection = new Connection(session, device, openTransport, {
      welcome: connected => this.welcome(connected),
      sync: socket => this.sync(socket),
      hear: event => this.hear(event),
      changed: () => this.standing(),
      over,
    });
  }

  /** Begin to connect, without waiting for it. */
  start(): void {
    void this.connection.run();
  }

  close(): void {
    this.outbox.close();
    this.usage.close();
    this.catchUp.stop();
    this.deliveries.stop();
    this.connection.close();
  }

  get record(): ConnectionRecord {
    return {
      standing: this.connection.standing,
      down_since: this.connection.downSince,
      ready: this.ready,
      text_length: this.textLength,
      ahead: this.session.ahead,
    };
  }

  // --- commands

  /** Give a command, once connected. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
  async call<C extends ClientCommand>(command: C): Promise<Replies[C["type"]]> {
    if (!this.connection.socket) {
      const late = sleep(CALL_PATIENCE).then(() => {
        throw new ConnectionLost("not connected");
      });
      await Promise.race([this.live(), late]);
    }
    const reply = await this.connection.call(command);
    for (const event of learned(command, reply)) this.hear(event);
    return reply;
  }

  /** A page of a chat as it should be seen now; what adjoins the messages held is kept. */
  async page(command: MessageHistory): Promise<History> {
    const view = this.state.chats.get(command.chat_id);
    if (!view) throw new ConnectionLost("the chat is not there any more");
    view.messages.beginPage();
    try {
      const history = await this.call(command);
      const there = history.messages.filter(
        message => message.seq > view.mine.cleared_seq && message.seq <= view.headSeq,
      );
      const messages = view.messages.merge(there, view.headSeq, command.before);
      this.meetAuthors(view.id, messages);
      return { messages, more: history.more };
    } finally {
      view.messages.endPage();
    }
  }

  /** We have read a chat up to a message. The others are told at most once a second. */
  read(chatId: Id, seq: Seq): void {
    const waits = this.reading.has(chatId);
    this.reading.set(chatId, Math.max(seq, this.reading.get(chatId) ?? 0));
    if (waits) return;
    void this.tellRead(chatId);
  }

  private async tellRead(chatId: Id): Promise<void> {
    for (let told = 0; (this.reading.get(chatId) ?? 0) > told; ) {
      told = this.reading.get(chatId) ?? 0;
      await this.connection.call({ type: "receipt.read", chat_id: chatId, seq: told }).catch(() => {});
      await sleep(READ_EVERY);
    }
    this.reading.delete(chatId);
  }

  /** Ask for the profiles of authors who are in the chat no more, and see who of the members is here. */
  look(chatId: Id): void {
    const view = this.state.chats.get(chatId);
    if (!view) return;
    this.meetAuthors(chatId, view.messages.values());
    this.see([...view.members.keys()]);
  }

  private meetAuthors(chatId: Id, messages: Iterable<Message>): void {
    const authors = new Set<Id>();
    for (const message of messages) {
      authors.add(message.author_id);
      if (message.forwarded) authors.add(message.forwarded.author_id);
    }
    const strangers = [...authors].filter(id => !this.state.people.users.has(id) && !this.asked.has(id)).slice(0, 100);
    if (!strangers.length) return;
    for (const id of strangers) this.asked.add(id);
    this.call({ type: "chat.people", chat_id: chatId, user_ids: strangers }).then(
      people => {
        for (const user of people.users) this.state.meet(user);
        this.changed();
      },
      () => {
        for (const id of strangers) this.asked.delete(id);
      },
    );
  }

  private see(userIds: Id[]): void {
    const others = userIds.filter(id => id !== this.state.me?.id).slice(0, SEEN_TOGETHER);
    if (others.length) this.call({ type: "presence.get", user_ids: others }).catch(() => {});
  }

  // --- staying in step

  private live(): Promise<void> {
    if (this.connection.socket) return Promise.resolve();
    return new Promise(resolve => this.waiting.add(resolve));
  }

  private standing(): void {
    if (this.connection.socket) {
      this.ready = true;
      this.usage.connected();
      this.deliveries.notice();
      this.seePartners();
      for (const go of this.waiting) go();
      this.waiting.clear();
    }
    this.changed();
  }

  private seePartners(): void {
    const { chats, affairs } = this.state;
    const direct = [...chats.values()].filter(view => view.chat.kind === "direct");
    const friends = [...affairs.relations.keys()].filter(userId => affairs.isFriend(userId));
    this.see([...new Set([...direct.flatMap(view => [...view.members.keys()]), ...friends])]);
  }

  private welcome(connected: Connected): void {
    if (!this.connection.socket) this.state.people.presence.clear(); // nobody told who came and went meanwhile
    if (connected.epoch !== this.state.epoch) {
      this.state.clear();
      this.state.epoch = connected.epoch;
    }
    this.textLength = connected.limits.text_length;
    this.state.choose(connected.status);
    if (connected.people_rev !== this.state.affairs.rev) this.state.affairs.behind = true;
  }

  /** An event from a socket, in its order. */
  private hear(event: ServerEvent): void {
    switch (event.type) {
      case "resync":
        this.state.affairs.behind = true;
        this.catchUp.syncWithin(event.within);
        break;
      case "chats.behind":
        this.state.affairs.behind = true;
        this.catchUp.syncWithin(0);
        break;
      case "typing":
        this.usage.heard(event.chat_id, event.user_id);
        break;
      case "relation.changed":
      case "settings.changed":
      case "warning.given":
      case "warning.gone":
        this.hearOwn(event);
        break;
      default:
        this.state.apply(event);
    }
    this.stepped();
  }

  private hearOwn(event: OwnAffair): void {
    this.state.apply(event);
    if (this.state.affairs.behind) this.catchUp.syncWithin(0);
    else if (event.type === "relation.changed" && event.relation.state === "friend") this.see([event.relation.user.id]);
  }

  private stepped(): void {
    if (this.state.behind.size) this.catchUp.notice();
    this.changed();
  }

  private posted(message: Message): void {
    this.usage.stopped(message.chat_id, message.author_id);
    if (message.author_id === this.state.me?.id) this.outbox.heard(message);
    else this.deliveries.notice();
  }

  /** Bring the state in step on `socket`; the events heard meanwhile are applied after. */
  private async sync(socket: Socket): Promise<void> {
    socket.hold();
    try {
      if (this.state.affairs.behind) await this.fetchAffairs(socket);
      for (let page = 0; page < SYNC_PAGES; page++) {
        const asked = this.state.revs();
        const since = this.state.asOf;
        const marks = this.state.marks();
        const synced = await socket.call({ type: "sync", chats: asked, marks, moved_since: since });
        this.state.applySynced(synced, asked);
        this.changed();
        if (!synced.more) break;
      }
    } finally {
      if (!socket.release()) this.catchUp.syncWithin(1);
    }
    this.stepped();
  }

  private async fetchAffairs(socket: Socket): Promise<void> {
    const pages = [await socket.call({ type: "people.list" })];
    for (let after = pages[0]!.next; after; after = pages.at(-1)!.next) {
      pages.push(await socket.call({ type: "people.list", after }));
    }
    this.state.applyAffairs(pages);
    this.changed();
  }

  private async syncAgain(): Promise<void> {
    const socket = this.connection.socket;
    if (!socket) return; // the next one syncs
    await this.sync(socket);
    this.state.choose(await socket.call({ type: "status.get" }));
    this.changed();
  }

  /** Fetch what is missing of one chat. */
  private async fetch(chatId: Id): Promise<void> {
    const view = this.state.chats.get(chatId);
    const since = view?.rev ?? 0;
    const departures = this.state.departures;
    const fetched = await this.connection.call({
      type: "chat.changes",
      chat_id: chatId,
      since,
      mark: view?.mine.mark ?? 0,
    });
    if (this.state.departures === departures) this.state.applyState(fetched, since);
    if (!view) this.seePartners();
    this.stepped();
  }
}
