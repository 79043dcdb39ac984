import type {
  ClientCommand,
  Connected,
  Failure,
  History,
  Id,
  Message,
  MessageHistory,
  Replies,
  Seq,
  ServerEvent,
} from "../protocol";
import type { OwnAffair } from "../state/affairs";
import { peopleOf } from "../state/people";
import type { ConnectionRecord, Deed, Said, Unsent } from "../state/records";
import { State } from "../state/state";
import { CatchUp } from "./catchup";
import { Connection } from "./connection";
import { Deeds } from "./deeds";
import { Deliveries } from "./deliveries";
import { edit, removal } from "./doing";
import { Expiries } from "./expiries";
import { ConnectionLost } from "./failures";
import { Latest } from "./latest";
import { learned } from "./learned";
import { Outbox } from "./outbox";
import { sleep } from "./pace";
import type { Session } from "./session";
import { type OpenTransport, type Socket, SYNC_PATIENCE } from "./socket";
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
    (message, wanted) => this.deeds.put(afterwards(message, wanted)),
    () => Date.now() + this.session.ahead,
  );
  readonly deeds: Deeds = new Deeds(
    command => this.call(command) as Promise<Message>,
    () => this.live(),
    message => this.redone(message),
    (failure, keptIn) => this.failed(failure, keptIn),
  );
  private readonly expiries = new Expiries(
    message => this.redone(message),
    () => Date.now() + this.session.ahead,
  );
  private readonly reads = new Latest<Seq>(
    (chat_id, seq) => this.call({ type: "receipt.read", chat_id, seq }),
    () => this.live(),
    READ_EVERY,
  );
  private readonly drafts = new Latest<string>(
    (chat_id, text) => this.call({ type: "draft.set", chat_id, text }),
    () => this.live(),
    0,
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
  private readonly asked = new Set<Id>();

  constructor(
    readonly session: Session,
    device: string,
    openTransport: OpenTransport,
    private readonly changed: () => void,
    over: (why: ConnectionLost) => void,
    /** Something was refused that was shown as done; what an edit was to say is kept in this chat. */
    private readonly failed: (failure: Failure, keptIn: Id | null) => void = () => {},
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
    for (const one of [this.outbox, this.deeds, this.reads, this.drafts]) one.close();
    this.usage.close();
    this.catchUp.stop();
    this.deliveries.stop();
    this.expiries.stop();
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
    for (const event of learned(command, reply)) this.learn(event);
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
      return { messages: messages.map(message => this.shown(message)), more: history.more };
    } finally {
      view.messages.endPage();
    }
  }

  /** The messages held of a chat, or of all. */
  held(chatId: Id | null): Message[] {
    const views = [...this.state.chats.values()].filter(view => view.id === (chatId ?? view.id));
    return views.flatMap(view => [...view.messages.values()].map(message => this.shown(message)));
  }

  /** We have read a chat up to a message. The others are told at most once a second. */
  read(chatId: Id, seq: Seq): void {
    this.hear({ type: "chat.read", chat_id: chatId, read_seq: seq });
    this.reads.tell(chatId, Math.max(seq, this.state.chats.get(chatId)?.mine.read_seq ?? 0));
  }

  /** What is begun in a chat, for the other devices. */
  draft(chatId: Id, text: string): void {
    this.drafts.tell(chatId, text);
  }

  /** A message that waited is to say something else; if it was posted meanwhile, it is edited. */
  rewrite(chatId: Id, nonce: string, said: Said): void {
    if (this.outbox.rewrite(nonce, said)) return;
    const posted = this.ownPosted(chatId, nonce);
    if (posted) this.deeds.put(edit(posted, said));
  }

  /** A message that waited or has failed is not to be said; if it was posted meanwhile, it is deleted. */
  discard(chatId: Id, nonce: string): void {
    if (this.outbox.discard(nonce)) return;
    const posted = this.ownPosted(chatId, nonce);
    if (posted) this.deeds.put(removal(posted));
  }

  private ownPosted(chatId: Id, nonce: string): Message | undefined {
    const messages = [...(this.state.chats.get(chatId)?.messages.values() ?? [])];
    return messages.find(message => message.nonce === nonce && message.author_id === this.state.me?.id);
  }

  /** A message with what one did to it, whether the server knows of it or not; and nothing of it once it is over. */
  shown(message: Message): Message {
    return this.expiries.shown(this.deeds.shown(message, this.state.me?.id ?? 0));
  }

  /** The network may have come or gone, or the machine has slept. */
  wake(): void {
    this.expiries.look();
    this.connection.wake();
  }

  private redone(message: Message): void {
    this.state.changes.message(message.chat_id, message.seq, message);
    this.state.changes.chats.add(message.chat_id);
    this.changed();
  }

  /** Ask for the profiles of authors who are in the chat no more, and see who of the members is here. */
  look(chatId: Id): void {
    const view = this.state.chats.get(chatId);
    if (!view) return;
    this.meetAuthors(chatId, view.messages.values());
    this.see([...view.members.keys()]);
  }

  /** Ask who the people are that the newest message of a chat is of or tells of. */
  meet(chatId: Id): void {
    const view = this.state.chats.get(chatId);
    const newest = view?.messages.get(view.headSeq);
    if (newest) this.meetAuthors(chatId, [newest]);
  }

  private meetAuthors(chatId: Id, messages: Iterable<Message>): void {
    const authors = new Set([...messages].flatMap(peopleOf));
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
      this.deeds.forgetDone();
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
      case "chats.recounted":
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

  /** What an answer tells. */
  private learn(event: ServerEvent): void {
    switch (event.type) {
      case "relation.changed":
      case "settings.changed":
      case "warning.gone":
        this.state.learnOwn(event);
        if (event.type === "relation.changed" && event.relation.state === "friend") this.see([event.relation.user.id]);
        this.stepped();
        break;
      default:
        this.hear(event);
    }
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
        const synced = await socket.call({ type: "sync", chats: asked, marks, moved_since: since }, SYNC_PATIENCE);
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

/** What is left to be done to a message that was posted and should not say that any more. */
function afterwards(posted: Message, wanted: Unsent): Deed {
  const { progress, text, mentions, mention_all } = wanted;
  return progress === "withdrawn" ? removal(posted) : edit(posted, { text, mentions, mention_all });
}
