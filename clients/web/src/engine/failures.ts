import type { Failure } from "../protocol";

/** The server said no, and why. */
export class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.reason);
  }

  /** The seconds that it asks to wait; 0 when it does not say. */
  get retryAfter(): number {
    return "retry_after" in this.failure ? this.failure.retry_after : 0;
  }
}

/** There is no answer. What was asked may have happened or not: ask again only what is idempotent. */
export class ConnectionLost extends Error {
  constructor(
    why: string,
    readonly code: number | null = null,
    readonly retryAfter = 0,
  ) {
    super(why);
  }
}

/** This session has ended: sign in again. */
export class SignedOut extends ConnectionLost {}

/** The gateway closed for good: the client is too old or broke the protocol, or the person is banned; see `code`. */
export class TurnedAway extends ConnectionLost {}
