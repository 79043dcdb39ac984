import { post } from "./door";
import { ConnectionLost, Refused, SignedOut } from "./failures";
import { Pace } from "./pace";

const RENEW_BEFORE = 60_000;
/** An access token that ends within so many milliseconds is no longer worth showing. */
const TOO_OLD = 5_000;

/** What this browser keeps of somebody who is signed in. */
export interface Stored {
  session_id: number;
  login_token: string;
  /** It is not to outlast this session of the browser. */
  brief?: boolean;
}

/** Where it is kept: in the storage of the browser, which only pages can reach. */
export interface Vault {
  read(): Promise<Stored | null>;
  write(stored: Stored): Promise<void>;
}

/** A session and its access token. The login token is in the vault, and changes with each use. */
export class Session {
  accessToken = "";
  /** Milliseconds that the server's clock is ahead of ours. */
  ahead = 0;
  private expiresAt = 0;
  private lifetime = 0;
  private renewAt = 0;
  private refreshing: Promise<string> | null = null;
  private readonly pace = new Pace();

  constructor(
    readonly id: number,
    private readonly vault: Vault,
  ) {}

  /** The server says what time it is. */
  setClock(serverNow: number): void {
    this.ahead = serverNow - Date.now();
  }

  /** The server does not take this access token (any more). */
  expire(): void {
    this.accessToken = "";
  }

  /** Milliseconds until the access token should be replaced; 0 when there is none. */
  untilRenewal(): number {
    return this.until(this.renewAt);
  }

  /** An access token that is still good for a while. Rejects as `refresh` does. */
  async usableToken(): Promise<string> {
    if (this.until(this.expiresAt) > Math.min(TOO_OLD, this.lifetime / 2)) return this.accessToken;
    return this.refresh();
  }

  /** Trade the login token for new ones. Rejects with SignedOut, ConnectionLost, or Refused (not now). */
  refresh(): Promise<string> {
    this.refreshing ??= this.trade().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  take(accessToken: string, expiresAt: number): void {
    this.accessToken = accessToken;
    this.expiresAt = expiresAt;
    this.lifetime = this.until(expiresAt);
    const before = Math.min(RENEW_BEFORE, this.lifetime / 3) * (1 + Math.random() / 5);
    this.renewAt = expiresAt - before;
  }

  private async trade(): Promise<string> {
    await this.pace.turn();
    // Another version of the app may run in another tab, with an engine of its own: one of them at a time.
    const locks = globalThis.navigator?.locks;
    return locks ? locks.request("dialog-session", () => this.tradeNow()) : this.tradeNow();
  }

  private async tradeNow(): Promise<string> {
    const stored = await this.vault.read();
    if (stored?.session_id !== this.id) throw new SignedOut("signed out in another tab");
    try {
      const tokens = await post({ type: "session.refresh", login_token: stored.login_token });
      await this.vault.write({ ...stored, login_token: tokens.login_token });
      this.take(tokens.access_token, tokens.expires_at);
      return tokens.access_token;
    } catch (error) {
      const ended = error instanceof Refused && ["forbidden", "unauthenticated"].includes(error.failure.status);
      if (ended) throw new SignedOut("the session has ended: sign in again");
      throw error;
    }
  }

  private until(serverTime: number): number {
    return this.accessToken ? Math.max(0, serverTime - Date.now() - this.ahead) : 0;
  }
}

/** A refusal of what keeps the connection up, as a reason to try again later. */
export function asLost(refused: Refused): ConnectionLost {
  return new ConnectionLost(`refused: ${refused.message}`, null, refused.retryAfter);
}
