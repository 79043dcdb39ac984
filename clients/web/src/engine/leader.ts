/** The engine in one of the tabs, where there is no SharedWorker: in the one that holds the lock. */

import { Engine } from "./engine";
import type { Pipe } from "./link";
import { openTransport } from "./transport";

const CHANNEL = "dialog-engine";

type Letter = { to: "engine"; from: string; message: unknown } | { to: string; message: unknown } | { leader: string };

/** Lead as soon as no other tab does. */
export function leadWhenNeeded(): void {
  void navigator.locks.request("dialog-leader", () => {
    lead();
    return new Promise(() => {}); // until this tab is closed
  });
}

function lead(): void {
  const channel = new BroadcastChannel(CHANNEL);
  const engine = new Engine(openTransport);
  const takers = new Map<string, (message: unknown) => void>();
  channel.onmessage = ({ data }: MessageEvent<Letter>) => {
    if (!("from" in data)) return;
    const { from } = data;
    if (!takers.has(from)) {
      const listen = (take: (message: unknown) => void) => takers.set(from, take);
      const post = (message: unknown) => channel.postMessage({ to: from, message } satisfies Letter);
      engine.connect({ post, listen }, async tab => {
        await navigator.locks.request(tab, () => takers.delete(from));
      });
    }
    takers.get(from)?.(data.message);
  };
  channel.postMessage({ leader: crypto.randomUUID() } satisfies Letter);
}

/** The way to whichever tab leads; `anew` is called each time another one takes over. */
export function pipeToLeader(tab: string, anew: () => void): Pipe {
  const channel = new BroadcastChannel(CHANNEL);
  let take: (message: unknown) => void = () => {};
  channel.onmessage = ({ data }: MessageEvent<Letter>) => {
    if ("leader" in data) anew();
    else if (data.to === tab) take(data.message);
  };
  return {
    post: message => channel.postMessage({ to: "engine", from: tab, message } satisfies Letter),
    listen: taker => {
      take = taker;
    },
  };
}
