/** The engine in a SharedWorker: one for all tabs of the browser. */

import { Engine } from "./engine";
import { openTransport } from "./transport";

const engine = new Engine(openTransport);

/** Resolves when a tab is gone: it holds a lock of its name as long as it lives. */
const gone = (tab: string) => navigator.locks.request(tab, () => {});

addEventListener("connect", event => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  const listen = (take: (message: unknown) => void) => {
    port.onmessage = message => take(message.data);
  };
  engine.connect({ post: message => port.postMessage(message), listen }, gone);
});
