import {
  type ClientCommand,
  type Connected,
  type Failure,
  type Replies,
  type ServerEvent,
  type ServerFrame,
  SUBPROTOCOL,
} from "../protocol";
import { ConnectionLost, Refused } from "./failures";

const OPEN_PATIENCE = 10_000;
const CALL_PATIENCE = 10_000;
/** Its answer may be a megabyte, which takes a slow line a while. */
export const SYNC_PATIENCE = 30_000;
const PING_PATIENCE = 3_000;
/** Milliseconds beyond the gateway's heartbeat that nothing may be heard before it is asked whether it is there. */
const PATIENCE = 10_000;
const KEPT_EVENTS = 10_000;
/** The close code of a connection that ended without one. */
const ABNORMAL = 1006;

/** The part of a WebSocket that is used. */
export type Transport = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "protocol">;
export type OpenTransport = (path: string, protocol: string) => Transport;

type Answer = { reply: unknown } | { refused: Failure } | null;

/** One WebSocket: commands out, answers and events in. It does not reconnect; that is the connection's. */
export class Socket {
  /** Resolves with the close code, once it is over. */
  readonly ended: Promise<number>;
  /** Resolves when another socket should take over from this one, which still works. */
  readonly wornOut: Promise<void>;
  isOver = false;
  private code = ABNORMAL;
  private end!: (code: number) => void;
  wearOut!: () => void;
  private heartbeat = 25_000;
  private slots = 8;
  private readonly queue: (() => void)[] = [];
  private kept: ServerEvent[] | null = [];
  private readonly pending = new Map<number, (answer: Answer) => void>();
  private next = 1;
  private heardAt = Date.now();
  private watching: ReturnType<typeof setTimeout> | undefined;
  private drain: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    private readonly transport: Transport,
    private hear: (event: ServerEvent) => void,
  ) {
    this.ended = new Promise(resolve => {
      this.end = resolve;
    });
    this.wornOut = new Promise(resolve => {
      this.wearOut = resolve;
    });
    transport.onmessage = message => this.take(message.data);
    transport.onclose = event => this.finish(event.code || ABNORMAL);
  }

  /** Connect. Rejects with ConnectionLost. */
  static async open(openTransport: OpenTransport, hear: (event: ServerEvent) => void): Promise<Socket> {
    const transport = openTransport("/ws", SUBPROTOCOL);
    const socket = new Socket(transport, hear);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.close();
        reject(new ConnectionLost("the socket does not open"));
      }, OPEN_PATIENCE);
      transport.onopen = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.ended.then(code => {
        clearTimeout(timer);
        reject(new ConnectionLost("cannot connect", code));
      });
    });
    return socket;
  }

  /** Go by what the gateway said of itself, and from now on watch whether it is there. */
  welcome(connected: Connected): void {
    this.heartbeat = connected.heartbeat * 1000;
    this.slots = Math.max(1, connected.limits.pending_commands);
    this.watch();
  }

  // --- out

  /** Give a command. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
  async call<C extends ClientCommand>(command: C, patience = CALL_PATIENCE): Promise<Replies[C["type"]]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ConnectionLost("no answer in time")), patience);
    });
    const asked = this.ask(command);
    asked.catch(() => {}); // it may come after `late`
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask<C extends ClientCommand>(command: C): Promise<Replies[C["type"]]> {
    while (this.pending.size >= this.slots && !this.isOver) {
      await new Promise<void>(resolve => {
        this.queue.push(resolve);
      });
    }
    if (this.isOver) throw this.lost();
    const id = this.next++;
    const answer = await new Promise<Answer>(resolve => {
      this.pending.set(id, resolve);
      this.transport.send(JSON.stringify({ id, command }));
    });
    if (answer === null) throw this.lost();
    if ("refused" in answer) throw new Refused(answer.refused);
    return answer.reply as Replies[C["type"]];
  }

  private lost(): ConnectionLost {
    return new ConnectionLost(`the connection was closed (${this.code})`, this.code);
  }

  // --- in

  private take(data: unknown): void {
    this.heardAt = Date.now();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return; // of a broken server: what it meant is fetched when it is missed
    }
    if ("event" in frame) {
      this.takeEvent(frame.event);
    } else if (frame.id !== null) {
      const settle = this.pending.get(frame.id);
      this.pending.delete(frame.id);
      settle?.(frame);
      this.queue.shift()?.();
    }
  }

  private takeEvent(event: ServerEvent): void {
    if (event.type === "draining") {
      this.drain ??= setTimeout(this.wearOut, Math.random() * event.within * 1000);
    } else if (this.kept === null) {
      this.hear(event);
    } else if (this.kept.length <= KEPT_EVENTS) {
      this.kept.push(event);
    }
  }

  /** Keep events back from now on: a sync begins. */
  hold(): void {
    this.kept ??= [];
  }

  /** Hand over the events kept back, and later ones at once. False when there were too many to keep them all. */
  release(): boolean {
    const kept = this.kept ?? [];
    this.kept = null;
    for (const event of kept.slice(0, KEPT_EVENTS)) this.hear(event);
    return kept.length <= KEPT_EVENTS;
  }

  /** Hand over no more events: another socket does. */
  mute(): void {
    this.hear = () => {};
  }

  // --- life

  /** Find out now whether the gateway is still there; without an answer it is over. */
  async check(): Promise<void> {
    try {
      await this.call({ type: "ping" }, PING_PATIENCE);
    } catch (error) {
      if (error instanceof ConnectionLost) this.close();
    }
  }

  private watch(): void {
    const patience = this.heardAt + this.heartbeat + PATIENCE - Date.now();
    this.watching = setTimeout(
      async () => {
        if (this.heardAt + this.heartbeat + PATIENCE <= Date.now()) await this.check();
        if (!this.isOver) this.watch();
      },
      Math.max(patience, 1000),
    );
  }

  private finish(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.code = code;
    clearTimeout(this.watching);
    clearTimeout(this.drain);
    this.end(code);
    for (const settle of this.pending.values()) settle(null);
    this.pending.clear();
    for (const go of this.queue.splice(0)) go();
  }

  /** Close once the answers under way have come, or after `ms`. Another socket has taken over. */
  async retire(ms: number): Promise<void> {
    this.mute();
    const deadline = Date.now() + ms;
    while (this.pending.size && !this.isOver && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    this.close();
  }

  close(): void {
    this.finish(ABNORMAL);
    this.transport.onmessage = null;
    this.transport.close(1000);
  }
}
