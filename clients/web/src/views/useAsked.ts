import { useCallback, useEffect, useState } from "react";
import type { Replies, RoutedCommand } from "../protocol";
import { call } from "../store/app";
import { explain } from "../text/failures";

interface Asked<T> {
  /** Undefined until it is answered. */
  reply: T | undefined;
  problem: string | null;
  again: () => void;
}

/** What a command is answered with: asked when first rendered, and again when it is another one. */
export function useAsked<C extends RoutedCommand>(command: C, toWords = explain): Asked<Replies[C["type"]]> {
  const text = JSON.stringify(command);
  const [reply, setReply] = useState<Replies[C["type"]]>();
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks once more
  useEffect(() => {
    let isCurrent = true;
    setProblem(null);
    call(JSON.parse(text) as C).then(
      found => isCurrent && setReply(found),
      error => isCurrent && setProblem(toWords(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [text, round]);
  const again = useCallback(() => setRound(value => value + 1), []);
  return { reply, problem, again };
}
