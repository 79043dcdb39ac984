import type {
  Failure,
  History,
  Id,
  Message,
  MessageHistory,
  Replies,
  RoutedCommand,
  Seq,
  SessionTokens,
} from "../protocol";
import { Changes } from "../state/changes";
import type { ConnectionRecord, Deed, Patch, Said, Unsent } from "../state/records";
import { Client } from "./client";
import type { Attached, EngineDoor, TabDoor } from "./doors";
import { ConnectionLost } from "./failures";
import { link, type Pipe, type Remote } from "./link";
import { sleep } from "./pace";
import { common, everything, opened, standing, watched } from "./publisher";
import { Session, type Stored, type Vault } from "./session";
import type { OpenTransport } from "./socket";

/** What happens within so many milliseconds is shown together. */
const TOGETHER = 8;
const SIGN_OUT_PATIENCE = 2000;
const VAULT_PATIENCE = 2000;

const SIGNED_OUT: ConnectionRecord = {
  standing: "signed_out",
  down_since: null,
  ready: false,
  text_length: 0,
  ahead: 0,
};

/** What runs once per browser, whatever number of tabs is open: the connection, and what is known through it. */
export class Engine {
  private client: Client | null = null;
  private device = "Browser";
  private readonly tabs = new Set<Tab>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** A session that ends with the browser: each tab has a copy, to be reloaded with. */
  private brief: Stored | null = null;
  private readonly vault: Vault = {
    read: async () => this.brief ?? this.askTabs(tab => tab.readStored()),
    write: async stored => {
      this.hold(stored);
      await this.askTabs(tab => tab.writeStored(stored));
    },
  };

  constructor(private readonly openTransport: OpenTransport) {}

  /** A tab was opened. `gone` resolves when it is closed, given the name of the lock that it holds. */
  connect(pipe: Pipe, gone: (tab: string) => Promise<void>): void {
    const tab = new Tab(pipe, this, name => {
      this.tabs.add(tab);
      void gone(name).then(() => this.tabs.delete(tab));
    });
  }

  /** Somebody is kept as signed in, says a tab that was just opened; or does not know it yet. */
  resume(tab: Attached, remote: Remote<TabDoor>): void {
    this.device = tab.device;
    if (!this.client && tab.stored) {
      this.hold(tab.stored);
      this.start(new Session(tab.stored.session_id, this.vault));
    } else if (this.brief) {
      void remote.writeStored(this.brief);
    }
    for (const message of tab.unsent) this.client?.outbox.put(message);
    for (const deed of tab.deeds) this.client?.deeds.put(deed);
  }

  private hold(stored: Stored): void {
    this.brief = stored.brief ? stored : null;
  }

  async signIn({ session_id, login_token, ...tokens }: SessionTokens, brief: boolean): Promise<void> {
    await this.vault.write({ session_id, login_token, ...(brief && { brief }) });
    this.client?.close();
    const session = new Session(session_id, this.vault);
    session.take(tokens.access_token, tokens.expires_at);
    this.start(session);
  }

  async signOut(): Promise<void> {
    const closing = this.client?.connection.call({ type: "session.close" }).catch(() => {});
    await Promise.race([closing, sleep(SIGN_OUT_PATIENCE)]);
    await this.end();
  }

  storedChanged(stored: Stored | null): void {
    if (this.brief && !stored) return; // that tab was not told of it yet
    if (!this.client) {
      if (stored) this.start(new Session(stored.session_id, this.vault));
    } else if (stored?.session_id !== this.client.session.id) {
      this.drop();
      if (stored) this.start(new Session(stored.session_id, this.vault));
    }
  }

  /** The one who is signed in. Throws ConnectionLost when nobody is. */
  require(): Client {
    if (!this.client) throw new ConnectionLost("signed out");
    return this.client;
  }

  get current(): Client | null {
    return this.client;
  }

  private start(session: Session): void {
    const client = new Client(
      session,
      this.device,
      this.openTransport,
      () => this.changed(),
      why => void this.over(client, why),
      (failure, keptIn) => this.refused(failure, keptIn),
    );
    this.client = client;
    for (const tab of this.tabs) tab.begin(client);
    client.start();
  }

  /** The session was ended from elsewhere, or the gateway turned us away. */
  private async over(client: Client, why: ConnectionLost): Promise<void> {
    if (client !== this.client) return;
    if (client.connection.standing === "signed_out") await this.end();
    else this.showAll({ connection: client.record });
    void why;
  }

  private async end(): Promise<void> {
    this.drop();
    await this.askTabs(tab => tab.writeStored(null));
  }

  private drop(): void {
    this.client?.close();
    this.client = null;
    this.brief = null;
    for (const tab of this.tabs) tab.forget();
  }

  /** Another engine has taken over. */
  close(): void {
    this.client?.close();
    this.client = null;
    clearTimeout(this.timer);
    this.tabs.clear();
  }

  // --- showing

  private changed(): void {
    if (this.timer !== undefined) return;
    // Where it runs in a tab that nobody looks at, timers are late.
    if (globalThis.document?.hidden) queueMicrotask(() => this.publish());
    this.timer = setTimeout(() => this.publish(), TOGETHER);
  }

  private publish(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { client } = this;
    if (!client) return;
    const changes = client.state.takeChanges();
    const patch = common(client, changes);
    for (const tab of this.tabs) {
      if (tab.isStale) tab.showAnew(client);
      else tab.show({ ...patch, ...watched(client, changes, tab.watching) });
    }
  }

  private refused(failure: Failure, keptIn: Id | null): void {
    for (const tab of this.tabs) void tab.remote.refused(failure, keptIn);
  }

  private showAll(patch: Patch): void {
    for (const tab of this.tabs) tab.show(patch);
  }

  /** The first answer that any tab gives. */
  private async askTabs<T>(ask: (tab: Remote<TabDoor>) => Promise<T>): Promise<T> {
    const late = sleep(VAULT_PATIENCE).then(() => {
      throw new ConnectionLost("no tab answers");
    });
    return Promise.race([late, ...[...this.tabs].map(tab => ask(tab.remote))]);
  }
}

/** A tab as the engine sees it, and what it may ask for. */
class Tab implements EngineDoor {
  readonly remote: Remote<TabDoor>;
  readonly watching = new Set<Id>();
  /** It shows what an earlier engine knew. */
  isStale = false;

  constructor(
    pipe: Pipe,
    private readonly engine: Engine,
    private readonly attached: (name: string) => void,
  ) {
    this.remote = link<TabDoor>(pipe, this);
  }

  show(patch: Patch): void {
    void this.remote.show(patch);
  }

  /** Somebody is signed in; what an earlier engine knew of them is shown on. */
  begin(client: Client): void {
    this.show(this.isStale ? standing(client) : { reset: true, connection: client.record });
  }

  /** Nobody is signed in. */
  forget(): void {
    this.isStale = false;
    this.show({ reset: true, connection: SIGNED_OUT });
  }

  /** Show it all, once there is all to show; until then no more than how it stands. */
  showAnew(client: Client): void {
    this.isStale = !client.record.ready;
    if (this.isStale) return this.show(standing(client));
    const afresh = new Changes();
    afresh.everything = true;
    this.show({ ...everything(client), ...watched(client, afresh, this.watching) });
  }

  attach(tab: Attached): void {
    this.isStale = tab.shows;
    this.attached(tab.tab);
    this.engine.resume(tab, this.remote);
    const client = this.engine.current;
    if (!client) this.forget();
    else if (this.isStale) this.showAnew(client);
    else this.show(everything(client));
  }

  signedIn(tokens: SessionTokens, brief: boolean): Promise<void> {
    return this.engine.signIn(tokens, brief);
  }

  signOut(): Promise<void> {
    return this.engine.signOut();
  }

  storedChanged(stored: Stored | null): void {
    this.engine.storedChanged(stored);
  }

  call<C extends RoutedCommand>(command: C): Promise<Replies[C["type"]]> {
    return this.engine.require().call(command);
  }

  page(command: MessageHistory): Promise<History> {
    return this.engine.require().page(command);
  }

  held(chatId: Id | null): Message[] {
    return this.engine.current?.held(chatId) ?? [];
  }

  send(message: Unsent): boolean {
    return this.engine.require().outbox.put(message);
  }

  retry(nonce: string): void {
    this.engine.require().outbox.retry(nonce);
  }

  rewrite(chatId: Id, nonce: string, said: Said): void {
    this.engine.require().rewrite(chatId, nonce, said);
  }

  discard(chatId: Id, nonce: string): void {
    this.engine.require().discard(chatId, nonce);
  }

  change(deed: Deed): boolean {
    return this.engine.require().deeds.put(deed);
  }

  dismiss(deedId: string): void {
    this.engine.require().deeds.dismiss(deedId);
  }

  read(chatId: Id, seq: Seq): void {
    this.engine.require().read(chatId, seq);
  }

  draft(chatId: Id, text: string): void {
    this.engine.require().draft(chatId, text);
  }

  watch(chatId: Id): void {
    this.watching.add(chatId);
    const client = this.engine.current;
    if (!client) return;
    this.show(opened(client, chatId));
    client.look(chatId);
  }

  unwatch(chatId: Id): void {
    this.watching.delete(chatId);
  }

  meet(chatId: Id): void {
    this.engine.current?.meet(chatId);
  }

  touch(chatId: Id | null): void {
    this.engine.current?.usage.touch(chatId);
  }

  blur(): void {
    this.engine.current?.usage.blur();
  }

  typing(chatId: Id): void {
    this.engine.current?.usage.type(chatId);
  }

  wake(): void {
    this.engine.current?.wake();
  }
}
