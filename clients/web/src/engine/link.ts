import { ConnectionLost, Refused } from "./failures";

/** Carries structured-cloneable values to the other side, in order. */
export interface Pipe {
  post(message: unknown): void;
  listen(take: (message: unknown) => void): void;
}

/** The methods of an object on the other side of a pipe. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

type Told =
  | { kind: "ask"; id: number; method: string; args: unknown[] }
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "failure"; id: number; error: PlainError };

type PlainError = Pick<Refused, "failure"> | { message: string; code: number | null };

type Waiting = PromiseWithResolvers<unknown>;

/**
 * Joins two objects over a pipe: the other side may call `own`, and we get what we may call there. Once `over`, what was
 * asked is lost.
 */
export function link<T>(pipe: Pipe, own: object, over?: AbortSignal): Remote<T> {
  const waiting = new Map<number, Waiting>();
  let next = 1;

  async function answer(told: Told & { kind: "ask" }): Promise<void> {
    const { id, method, args } = told;
    try {
      const value: unknown = await (own as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
      pipe.post({ kind: "answer", id, value } satisfies Told);
    } catch (error) {
      pipe.post({ kind: "failure", id, error: plain(error) } satisfies Told);
    }
  }

  pipe.listen(message => {
    const told = message as Told;
    if (told.kind === "ask") {
      void answer(told);
      return;
    }
    const asked = waiting.get(told.id);
    waiting.delete(told.id);
    if (told.kind === "answer") asked?.resolve(told.value);
    else asked?.reject(revived(told.error));
  });

  over?.addEventListener("abort", () => {
    for (const { reject, promise } of waiting.values()) {
      promise.catch(() => {}); // not everybody waits for it
      reject(new ConnectionLost("another engine took over"));
    }
    waiting.clear();
  });

  const ask = (method: string, args: unknown[]) => {
    const id = next++;
    const asked: Waiting = Promise.withResolvers();
    waiting.set(id, asked);
    pipe.post({ kind: "ask", id, method, args } satisfies Told);
    return asked.promise;
  };

  return new Proxy({} as Remote<T>, {
    get: (_, method) => (typeof method === "string" ? (...args: unknown[]) => ask(method, args) : undefined),
  });
}

function plain(error: unknown): PlainError {
  if (error instanceof Refused) return { failure: error.failure };
  return { message: String(error), code: error instanceof ConnectionLost ? error.code : null };
}

function revived(error: PlainError): Error {
  return "failure" in error ? new Refused(error.failure) : new ConnectionLost(error.message, error.code);
}
