import { useEffect, useState } from "react";
import { Refused } from "../engine/failures";
import { explain } from "../text/failures";

/** How often it is looked whether a second has passed, in milliseconds. */
const LOOK_EVERY = 200;

/** For how long something cannot be asked again, after it was refused because it was asked too often. */
export interface Wait {
  /** Seconds that are left; 0 when it can be asked. */
  left: number;
  /** The refusal, as it was said in the beginning. */
  said: string;
  /** Wait, if that is what this refusal asks for. Tells whether it is. */
  begin(error: unknown): boolean;
}

export function useWait(): Wait {
  const [{ until, said }, setWait] = useState({ until: 0, said: "" });
  const [left, setLeft] = useState(0);
  const isOver = left === 0;

  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => setLeft(secondsUntil(until)), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [isOver, until]);

  function begin(error: unknown): boolean {
    const refused = error instanceof Refused && error.failure.status === "rate_limited" && error.retryAfter > 0;
    if (!refused) return false;
    const end = Date.now() + error.retryAfter * 1000;
    setWait({ until: end, said: explain(error) });
    setLeft(secondsUntil(end));
    return true;
  }

  return { left, said, begin };
}

const secondsUntil = (end: number) => Math.max(0, Math.ceil((end - Date.now()) / 1000));
