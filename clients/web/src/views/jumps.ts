import { type RefObject, useEffect, useRef, useState } from "react";
import type { Id, Seq } from "../protocol";
import { isGone } from "../state/gone";
import { HIDDEN } from "../state/unread";
import { useValue } from "../store/hooks";
import { jump } from "../store/jump";
import type { MessageWindow } from "../store/window";
import { rewatch } from "../store/windows";
import { explain } from "../text/failures";
import { t } from "../text/i18n";
import { say } from "../ui/toasts";
import type { Goal, Place } from "./places";

/** Room above a message that one goes to by its date. */
const BELOW_EDGE = 56;
const HIGHLIGHT = 1200;

interface Trip {
  goal: Goal;
  arrived?: () => void;
}

interface Jumps {
  /** Where the list should be, once the rows are there: another object each time one wants to go, also to the same place. */
  trip: Trip | null;
  arrived: () => void;
  highlighted: Seq | null;
  goTo: (seq: Seq) => void;
  /** To the first message there is. Resolves when one stands there; never when one goes elsewhere first, or cannot. */
  goToStart: () => Promise<void>;
  /** To the newest message, likewise. */
  goToEnd: () => Promise<void>;
  /** Show a place again, or first. Resolves to false when it cannot be had. */
  show: (place: Place) => Promise<boolean>;
  /** Back to where one was before the last jump; null when there was none. */
  back: (() => void) | null;
  /** There is nothing to go back to any more. */
  settle: () => void;
}

/** Going from place to place in a list of messages, and back. `here` says where one is: null when nowhere yet. */
export function useJumps(
  chatId: Id,
  messages: MessageWindow,
  loaded: boolean,
  here: RefObject<() => Place | null>,
): Jumps {
  const [trip, setTrip] = useState<Jumps["trip"]>(null);
  const [highlighted, setHighlighted] = useState<Seq | null>(null);
  const [trail, setTrail] = useState<Place[]>([]);
  const before = useRef<Promise<unknown>>(Promise.resolve());
  const dim = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(dim.current), []);

  /** One after the other: where one wanted to go last is where one comes to. */
  async function attempt(work: () => Promise<Goal | null>, arrived?: () => void): Promise<boolean> {
    const turn = before.current.then(work);
    before.current = turn.catch(() => {});
    try {
      const goal = await turn;
      setTrip(goal && { goal, arrived });
      return true;
    } catch (error) {
      say(explain(error));
      return false;
    }
  }

  async function leap(work: () => Promise<Goal | null>, arrived?: () => void): Promise<void> {
    const from = here.current();
    if (!(await attempt(work, arrived))) {
      if (!from) setTrip({ goal: "end" });
    } else if (from) setTrail(places => [...places, from]);
  }

  function highlight(seq: Seq | null): void {
    setHighlighted(seq);
    clearTimeout(dim.current);
    dim.current = setTimeout(() => setHighlighted(null), HIGHLIGHT);
  }

  function goTo(seq: Seq): void {
    void leap(async () => {
      await messages.goTo(seq);
      const there = messages.peek(seq);
      if (!there || there.kind === HIDDEN || isGone(there))
        say(t("message.gone")); // one comes to what is next to it
      else highlight(seq);
      return { seq, below: "middle" };
    });
  }

  function goToStart(): Promise<void> {
    return new Promise(arrived => {
      void leap(async () => {
        const seq = messages.range.peek().cleared + 1;
        await messages.goTo(seq);
        return { seq, below: BELOW_EDGE };
      }, arrived);
    });
  }

  function goToEnd(): Promise<void> {
    return new Promise(arrived => void show("end", arrived));
  }

  function goToTime(at: number): void {
    void leap(async () => {
      const seq = await messages.goToTime(at);
      highlight(seq);
      return seq === null ? null : { seq, below: BELOW_EDGE };
    });
  }

  function show(place: Place, arrived?: () => void): Promise<boolean> {
    return attempt(async () => {
      if (place !== "end") await messages.goTo(place.seq);
      else if (!messages.atEnd) rewatch(chatId);
      if (!here.current()) await messages.fill();
      return place;
    }, arrived);
  }

  const wanted = useValue(jump);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes there once, when there is something to go through
  useEffect(() => {
    if (!loaded || wanted?.chatId !== chatId) return;
    jump.value = null;
    if ("end" in wanted) void show("end");
    else if ("at" in wanted) goToTime(wanted.at);
    else goTo(wanted.seq);
  }, [wanted, loaded]);

  const back = () => {
    const place = trail.at(-1)!;
    setTrail(trail.slice(0, -1));
    void show(place);
  };
  const settle = () => {
    if (trail.length) setTrail([]);
  };
  const arrived = () => {
    setTrip(null);
    trip?.arrived?.();
  };
  return {
    trip,
    arrived,
    highlighted,
    goTo,
    goToStart,
    goToEnd,
    show,
    back: trail.length ? back : null,
    settle,
  };
}
