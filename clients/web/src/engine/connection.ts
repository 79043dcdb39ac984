import { type ClientCommand, CloseCode, type Connected, type Replies, type ServerEvent } from "../protocol";
import type { Standing } from "../state/records";
import { ConnectionLost, Refused, SignedOut, TurnedAway } from "./failures";
import { Backoff, Nap, Pace } from "./pace";
import { asLost, type Session } from "./session";
import { type OpenTransport, Socket } from "./socket";

/** From this close code on there is no coming back. */
const FINAL = 4500;
const RETIRE = 10_000;
/** A connection that lasted this long was no failure: counting starts anew. */
const STABLE = 60_000;

/** What a connection tells, and whom it asks to bring the state in step. */
export interface Listener {
  welcome(connected: Connected): void;
  sync(socket: Socket): Promise<void>;
  hear(event: ServerEvent): void;
  changed(): void;
  /** It is over, and nothing happens from here on. */
  over(why: ConnectionLost): void;
}

/** Holds a live socket, or is on the way to the next one. */
export class Connection {
  standing: Standing = "connecting";
  downSince: number | null = Date.now();
  private current: Socket | null = null;
  private closed = false;
  private readonly backoff = new Backoff();
  private readonly pace = new Pace();
  private readonly nap = new Nap();
  private renewing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: Session,
    private readonly deviceName: string,
    private readonly openTransport: OpenTransport,
    private readonly listener: Listener,
  ) {}

  /** The socket that is connected and in step, if there is one. */
  get socket(): Socket | null {
    return this.current && !this.current.isOver && !this.closed ? this.current : null;
  }

  /** Give a command over the live socket. Rejects with Refused, ConnectionLost. */
  async call<C extends ClientCommand>(command: C): Promise<Replies[C["type"]]> {
    const socket = this.socket;
    if (!socket) throw new ConnectionLost("not connected");
    try {
      return await socket.call(command);
    } catch (error) {
      if (error instanceof Refused && error.failure.status === "unauthenticated") {
        this.session.expire();
        socket.wearOut();
      }
      throw error;
    }
  }

  /** Stay connected until closed, signed out or turned away. */
  async run(): Promise<void> {
    this.renewLater();
    try {
      await this.stayConnected();
    } catch (error) {
      if (this.closed) return;
      this.close();
      if (!(error instanceof SignedOut || error instanceof TurnedAway)) throw error;
      this.stand(error instanceof SignedOut ? "signed_out" : "turned_away");
      this.listener.over(error);
    }
  }

  /** Something suggests that the network came or went: find out now rather than by and by. */
  wake(): void {
    if (this.socket) void this.socket.check();
    else this.nap.cutShort();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.renewing);
    this.current?.close();
    this.nap.cutShort();
  }

  // --- one socket after the other

  /** A new socket takes over from one that still lives only once it is in step. */
  private async stayConnected(): Promise<void> {
    while (!this.closed) {
      const socket = await this.nextSocket();
      void this.current?.retire(RETIRE);
      this.current = socket;
      if (this.closed) return socket.close();
      const since = Date.now();
      this.stand("live");
      const code = await Promise.race([socket.ended, socket.wornOut]);
      if (Date.now() - since >= STABLE) this.backoff.reset();
      if (code === undefined) continue;
      this.stand("connecting");
      this.judge(code);
      await this.nap.for(this.backoff.delay());
    }
  }

  /** A socket that is in step, however long that takes. */
  private async nextSocket(): Promise<Socket> {
    for (;;) {
      try {
        return await this.attempt();
      } catch (error) {
        if (error instanceof SignedOut || error instanceof TurnedAway || this.closed) throw error;
        if (!(error instanceof ConnectionLost)) throw error;
        this.judge(error.code);
        if (!this.socket) this.stand("offline");
        await this.nap.for(error.retryAfter * 1000 + this.backoff.delay());
      }
    }
  }

  /** Connect and sync once. */
  private async attempt(): Promise<Socket> {
    await this.pace.turn();
    try {
      const token = await this.session.usableToken();
      const socket = await Socket.open(this.openTransport, event => this.listener.hear(event));
      try {
        await this.enter(socket, token);
      } catch (error) {
        socket.close();
        throw error;
      }
      return socket;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.failure.status === "unauthenticated") this.session.expire();
      throw asLost(error);
    }
  }

  private async enter(socket: Socket, token: string): Promise<void> {
    const device = { name: this.deviceName };
    const connected = await socket.call({ type: "connect", access_token: token, device });
    socket.welcome(connected);
    this.session.setClock(connected.now);
    this.listener.welcome(connected);
    if (!this.socket) this.stand("syncing");
    await this.listener.sync(socket);
  }

  /** What a close code asks for. Throws when it says not to come back. */
  private judge(code: number | null): void {
    if (code === CloseCode.TOKEN_EXPIRED) this.session.expire();
    else if (code === CloseCode.SIGNED_OUT) throw new SignedOut("this session was signed out", code);
    else if (code !== null && code >= FINAL) throw new TurnedAway(`turned away (${code})`, code);
  }

  private stand(standing: Standing): void {
    this.standing = standing;
    this.downSince = standing === "live" ? null : (this.downSince ?? Date.now());
    this.listener.changed();
  }

  // --- tokens

  /** Give the socket a new access token before the old one ends. */
  private renewLater(): void {
    const wait = Math.max(1000, this.session.untilRenewal());
    this.renewing = setTimeout(async () => {
      await this.renew().catch(() => {}); // the next socket sees to its token, and is told when there is none
      if (!this.closed) this.renewLater();
    }, wait);
  }

  private async renew(): Promise<void> {
    const socket = this.socket;
    if (!socket || this.session.untilRenewal() > 0) return;
    const token = await this.session.refresh();
    await socket.call({ type: "session.renew", access_token: token });
  }
}
