import { useEffect, useState } from "react";
import { post } from "../engine/door";
import { Refused } from "../engine/failures";
import { explain } from "../text/failures";

/** Nobody types on, after so many milliseconds. */
const PAUSE = 400;
const SHAPE = /^(?=.*[a-z])[a-z0-9](?:[a-z0-9]|[._](?=[a-z0-9])){2,31}$/;

/** What is known of a username: it is free, or why it cannot be had. */
export interface Availability {
  problem: string | null;
}

/** Whether somebody who registers could have this username; null as long as that is not known. */
export function useAvailability(username: string): Availability | null {
  const [known, setKnown] = useState<{ username: string; problem: string | null } | null>(null);

  useEffect(() => {
    if (!SHAPE.test(username)) return;
    let isLate = false;
    const take = (problem: string | null) => {
      if (!isLate) setKnown({ username, problem });
    };
    const timer = setTimeout(() => {
      post({ type: "username.check", username }).then(
        () => take(null),
        error => isOfUsername(error) && take(explain(error)),
      );
    }, PAUSE);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [username]);

  return known?.username === username ? known : null;
}

/** Anything else, such as that it was asked too often, says nothing about the username. */
function isOfUsername(error: unknown): boolean {
  return error instanceof Refused && error.failure.reason.startsWith("username");
}
