/** The engine in one of the tabs, where there is no SharedWorker: in the one that holds the lock. */

import { Engine } from "./engine";
import type { Pipe } from "./link";
import { sleep } from "./pace";
import { openTransport } from "./transport";

const CHANNEL = "dialog-engine";
const LOCK = "dialog-leader";
/** A leader that is silent for so long, twice, is asleep. */
const PATIENCE = 1500;
const CHECK_EVERY = 5000;
/** What was asked longer ago than this was given up by who asked. */
const TOO_OLD = 10_000;

type Letter =
  | { kind: "who" }
  | { kind: "leader"; id: string }
  | { kind: "ask"; to: string; from: string; at: number; message: unknown }
  | { kind: "tell"; to: string; by: string; message: unknown };

/** A tab among the others: it has a way to the one that leads, and leads itself when there is no other that does. */
export class Candidate {
  private readonly channel = new BroadcastChannel(CHANNEL);
  private leader: string | null = null;
  private waiting = new AbortController();
  private leads = false;
  private take: (message: unknown) => void = () => {};
  private heard: () => void = () => {};

  constructor(
    private readonly tab: string,
    /** Another one leads than before. */
    private readonly anew: (pipe: Pipe) => void,
  ) {
    this.channel.onmessage = ({ data }: MessageEvent<Letter>) => {
      if (data.kind === "leader") this.follow(data.id);
      else if (data.kind === "tell" && data.to === this.tab && data.by === this.leader) this.take(data.message);
    };
    void this.stand();
    void this.watch();
  }

  private post(letter: Letter): void {
    this.channel.postMessage(letter);
  }

  private follow(id: string): void {
    this.heard();
    if (id === this.leader) return;
    this.leader = id;
    this.anew({
      post: message => this.post({ kind: "ask", to: id, from: this.tab, at: Date.now(), message }),
      listen: take => {
        this.take = take;
      },
    });
  }

  /** Lead as soon as no other tab does, until this tab is closed or another one takes over. */
  private async stand(options: LockOptions = { signal: this.waiting.signal }): Promise<void> {
    let stepDown = () => {};
    try {
      await navigator.locks.request(LOCK, options, () => {
        this.leads = true;
        stepDown = lead();
        return new Promise(() => {});
      });
    } catch {
      this.leads = false;
      stepDown();
    }
  }

  /** Take over from a leader that is asleep; it may lead again when all others are gone. */
  private async steal(): Promise<void> {
    this.waiting.abort();
    await this.stand({ steal: true });
    this.waiting = new AbortController();
    void this.stand();
  }

  /** As long as this tab is seen, somebody has to lead. */
  private async watch(): Promise<void> {
    for (;;) {
      // The second time for the case that it was this tab that slept.
      if (!(await this.answered()) && !(await this.answered()) && !this.leads) void this.steal();
      await this.due();
    }
  }

  private async answered(): Promise<boolean> {
    const heard = new Promise<boolean>(resolve => {
      this.heard = () => resolve(true);
    });
    this.post({ kind: "who" });
    return Promise.race([heard, sleep(PATIENCE).then(() => false)]);
  }

  private async due(): Promise<void> {
    const seen = new Promise<void>(resolve => {
      const look = () => document.visibilityState === "visible" && resolve();
      document.addEventListener("visibilitychange", look, { once: true });
    });
    await (document.visibilityState === "visible" ? Promise.race([seen, sleep(CHECK_EVERY)]) : seen);
  }
}

/** Be the engine for all tabs. Returns what ends that. */
function lead(): () => void {
  const id = crypto.randomUUID();
  const channel = new BroadcastChannel(CHANNEL);
  const post = (letter: Letter) => channel.postMessage(letter);
  const engine = new Engine(openTransport);
  const takers = new Map<string, (message: unknown) => void>();

  function meet(tab: string): void {
    const pipe: Pipe = {
      listen: take => takers.set(tab, take),
      post: message => post({ kind: "tell", to: tab, by: id, message }),
    };
    engine.connect(pipe, async name => {
      await navigator.locks.request(name, () => takers.delete(tab));
    });
  }

  channel.onmessage = ({ data }: MessageEvent<Letter>) => {
    if (data.kind === "who") post({ kind: "leader", id });
    if (data.kind !== "ask" || data.to !== id || Date.now() - data.at > TOO_OLD) return;
    if (!takers.has(data.from)) meet(data.from);
    takers.get(data.from)?.(data.message);
  };
  post({ kind: "leader", id });
  return () => {
    channel.close();
    engine.close();
  };
}
