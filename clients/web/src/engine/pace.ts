const CEILING = 30_000;
const STEP = 500;

export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** Full jitter, `random(0, min(30 s, 0.5 s · 2ⁿ))`: within the first second at first, then ever more patient. */
export class Backoff {
  failures = 0;

  /** Count one more failure; the milliseconds to wait after it. */
  delay(): number {
    this.failures += 1;
    return Math.random() * Math.min(CEILING, STEP * 2 ** Math.min(this.failures, 16));
  }

  /** It worked. */
  reset(): void {
    this.failures = 0;
  }
}

/** Lets at most two attempts pass in any half second, whatever went wrong in between. */
export class Pace {
  private attempts: number[] = [];

  /** Resolves when the next attempt may be made. */
  async turn(): Promise<void> {
    const [earlier] = this.attempts;
    if (this.attempts.length === 2 && earlier !== undefined) await sleep(Math.max(0, earlier + STEP - Date.now()));
    this.attempts = [...this.attempts.slice(-1), Date.now()];
  }
}

/** A wait that can be cut short. */
export class Nap {
  private wakeUp: (() => void) | null = null;

  async for(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = null;
  }

  cutShort(): void {
    this.wakeUp?.();
  }
}
