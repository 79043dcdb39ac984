import type { OpenTransport } from "./socket";

/** A WebSocket to the gateway that served this app. */
export const openTransport: OpenTransport = (path, protocol) => {
  const address = new URL(path, location.origin);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address, protocol);
};
