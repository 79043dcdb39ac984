import type { History, Id, MessageHistory, Replies, RoutedCommand, Seq, SessionTokens } from "../protocol";
import type { ConnectionRecord, Patch, Unsent } from "../state/records";
import { Client } from "./client";
import type { Attached, EngineDoor, TabDoor } from "./doors";
import { ConnectionLost } from "./failures";
import { link, type Pipe, type Remote } from "./link";
import { sleep } from "./pace";
import { common, everything, opened, watched } from "./publisher";
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
  private readonly vault: Vault = {
    read: () => this.askTabs(tab => tab.readStored()),
    write: async stored => void (await this.askTabs(tab => tab.writeStored(stored))),
  };

  constructor(private readonly openTransport: OpenTransport) {}

  /** A tab was opened. `gone` resolves when it is closed, given the name of the lock that it holds. */
  connect(pipe: Pipe, gone: (tab: string) => Promise<void>): void {
    const tab = new Tab(pipe, this, name => {
      this.tabs.add(tab);
      void gone(name).then(() => this.tabs.delete(tab));
    });
  }

  /** Somebody is kept as signed in, says a tab that was just opened. */
  resume(tab: Attached): void {
    this.device = tab.device;
    if (!this.client && tab.stored) this.start(new Session(tab.stored.session_id, this.vault));
    for (const message of tab.unsent) this.client?.outbox.put(message);
  }

  async signIn(tokens: SessionTokens): Promise<void> {
    await this.vault.write({ session_id: tokens.session_id, login_token: tokens.login_token });
    this.client?.close();
    const session = new Session(tokens.session_id, this.vault);
    session.take(tokens.access_token, tokens.expires_at);
    this.start(session);
  }

  async signOut(): Promise<void> {
    const closing = this.client?.connection.call({ type: "session.close" }).catch(() => {});
    await Promise.race([closing, sleep(SIGN_OUT_PATIENCE)]);
    await this.end();
  }

  storedChanged(stored: Stored | null): void {
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
    );
    this.client = client;
    this.showAll({ reset: true, connection: client.record });
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
    this.showAll({ reset: true, connection: SIGNED_OUT });
  }

  // --- showing

  private changed(): void {
    this.timer ??= setTimeout(() => this.publish(), TOGETHER);
  }

  private publish(): void {
    this.timer = undefined;
    const { client } = this;
    if (!client) return;
    const changes = client.state.takeChanges();
    const patch = common(client, changes);
    for (const tab of this.tabs) tab.show({ ...patch, ...watched(client, changes, tab.watching) });
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

  /** What a tab is shown first. */
  first(): Patch {
    return this.client ? everything(this.client) : { reset: true, connection: SIGNED_OUT };
  }
}

/** A tab as the engine sees it, and what it may ask for. */
class Tab implements EngineDoor {
  readonly remote: Remote<TabDoor>;
  readonly watching = new Set<Id>();

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

  attach(tab: Attached): void {
    this.attached(tab.tab);
    this.engine.resume(tab);
    this.show(this.engine.first());
  }

  signedIn(tokens: SessionTokens): Promise<void> {
    return this.engine.signIn(tokens);
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

  send(message: Unsent): boolean {
    return this.engine.require().outbox.put(message);
  }

  retry(nonce: string): void {
    this.engine.require().outbox.retry(nonce);
  }

  discard(nonce: string): void {
    this.engine.require().outbox.discard(nonce);
  }

  read(chatId: Id, seq: Seq): void {
    this.engine.require().read(chatId, seq);
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
    this.engine.current?.connection.wake();
  }
}
