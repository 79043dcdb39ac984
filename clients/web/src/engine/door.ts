import type { Failure, PublicCommand, Replies, RoutedCommand } from "../protocol";
import { ConnectionLost, Refused } from "./failures";

const PATIENCE = 10_000;

type Posted = PublicCommand | RoutedCommand;

/** Give a command over HTTP. Rejects with Refused; with ConnectionLost when the outcome is unknown. */
export async function post<C extends Posted>(command: C, accessToken = ""): Promise<Replies[C["type"]]> {
  const { type, ...fields } = command;
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
  let response: Response;
  let body: unknown;
  try {
    const options = { method: "POST", headers, body: JSON.stringify(fields), signal: AbortSignal.timeout(PATIENCE) };
    response = await fetch(`/api/${type}`, { ...options, redirect: "error", credentials: "omit", cache: "no-store" });
    body = await response.json().catch(() => null);
  } catch (error) {
    throw new ConnectionLost(`no answer over HTTP: ${error}`);
  }
  if (response.ok) return body as Replies[C["type"]];
  const failure = (body as { refused?: Failure } | null)?.refused;
  if (failure) throw new Refused(failure);
  // Not the suite but something in front of it.
  const gone = [502, 503, 504].includes(response.status);
  if (gone) throw new Refused({ reason: "unavailable", status: "unavailable", retry_after: 1 });
  throw new ConnectionLost(`HTTP ${response.status} without a refusal`);
}
