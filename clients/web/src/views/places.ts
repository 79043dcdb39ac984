import type { VirtualItem, Virtualizer } from "@tanstack/react-virtual";
import type { Seq } from "../protocol";
import type { MessageWindow } from "../store/window";
import { beginsDay, DAY, type Row } from "./rows";

/** Where in a list one is: at its end, or with a message so many pixels below the upper edge. */
export type Place = "end" | { seq: Seq; below: number };

/** Where a list should come to stand: there, or with a message in the middle. */
export type Goal = Place | { seq: Seq; below: "middle" };

export type List = Virtualizer<HTMLDivElement, Element>;

/** As much of a row must have been in sight for it to be seen. */
const SEEN = 40;
/** So close to the upper edge a line of the list is beside what floats there, in pixels. */
const EDGE = 40;
/** Frames after which one is where one is. */
const TRAVEL = 60;
/** Frames in which nothing moves when one has arrived. */
const STILL = 3;

/** Where one is who looks at these rows. */
export function placeIn(list: List, rows: readonly Row[]): Place {
  const top = list.scrollOffset ?? 0;
  const item = list.getVirtualItemForOffset(top);
  const row = item && rows[item.index];
  return row && "seq" in row ? { seq: row.seq, below: item.start - top } : "end";
}

/** The last message that is in sight; 0 when there is none. */
export function seenIn(list: List, rows: readonly Row[]): Seq {
  const end = (list.scrollOffset ?? 0) + (list.scrollRect?.height ?? 0);
  const item = list.getVirtualItems().findLast(one => one.start + Math.min(one.size, SEEN) <= end);
  const row = item && rows[item.index];
  return row && "seq" in row ? row.seq : 0;
}

/** How far the end is, in pixels, by what the list knows: asking its element would lay out anew what was just rendered. */
export function distanceToEnd(list: List): number {
  return list.getTotalSize() - (list.scrollOffset ?? 0) - (list.scrollRect?.height ?? 0);
}

/** Whether the day of what is in sight is said by a line of the list, at its upper edge or soon to come there. */
export function saysDay(list: List, rows: readonly Row[], messages: MessageWindow): boolean {
  const top = list.scrollOffset ?? 0;
  const first = list.getVirtualItemForOffset(top)?.index;
  return list.getVirtualItems().some(({ index, start }) => {
    const isUp = index === first || start < top + EDGE;
    return isUp && start + DAY > top && beginsDay(rows[index]!, messages);
  });
}

/**
 * Whether what one looks at has to be held when a row gets another height, whichever way one scrolls: with an earlier page
 * the row that was the first one loses its day. Of a row at the edge that was only guessed the end is held.
 */
export function isAbove(item: VirtualItem, rows: readonly Row[], top: number): boolean {
  const wasGuessed = item.size === rows[item.index]?.size;
  return wasGuessed ? item.start < top : item.end <= top;
}

/** What the list has to keep above a row to which it scrolls. */
export function roomAbove(goal: Goal | null): number {
  return goal && goal !== "end" && goal.below !== "middle" ? goal.below : 0;
}

/** How far down a place is as long as no row has been measured, in a list so many pixels high. */
export function guess(rows: readonly Row[], place: Place, height: number): number {
  const sum = (some: readonly Row[]) => some.reduce((size, row) => size + row.size, 0);
  const end = Math.max(0, sum(rows) - height);
  const index = place === "end" ? -1 : indexOf(rows, place.seq);
  return index < 0 || place === "end" ? end : Math.min(end, Math.max(0, sum(rows.slice(0, index)) - place.below));
}

/**
 * Scroll to a place. `onThere` is called when one stands there for the first time, `onArrived` once nothing moves there.
 * Returns what ends that.
 */
export function travel(
  list: List,
  rows: readonly Row[],
  goal: Goal,
  onThere: () => void,
  onArrived: () => void,
): () => void {
  const index = goal === "end" ? -1 : indexOf(rows, goal.seq);
  const align = goal !== "end" && goal.below === "middle" ? "center" : "start";
  if (index < 0) list.scrollToEnd();
  else list.scrollToIndex(index, { align });
  const isThere = () => {
    if (index < 0) return list.isAtEnd(1);
    const [offset] = list.getOffsetForIndex(index, align) ?? [0];
    return Math.abs((list.scrollOffset ?? 0) - offset) <= 1;
  };
  let [left, still] = [TRAVEL, 0];
  const look = () => {
    still = isThere() ? still + 1 : 0;
    left -= 1;
    if (still || !left) onThere();
    if (still < STILL && left) frame = requestAnimationFrame(look);
    else onArrived();
  };
  let frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}

function indexOf(rows: readonly Row[], seq: Seq): number {
  return rows.findIndex(row => !("seq" in row) || row.seq >= seq);
}
