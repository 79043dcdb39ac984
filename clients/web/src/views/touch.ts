import type { MouseEvent, PointerEvent } from "react";
import { isStill } from "../store/preferences";
import type { Place } from "../ui/Menu";

/** For so many milliseconds a finger rests on what it holds. */
const HOLD = 500;
/** So many pixels it may stray meanwhile. */
const ASTRAY = 10;
/** Drawn by as many, it is enough. */
const ENOUGH = 56;
/** What is drawn follows less and less, and never further. */
const FARTHEST = 88;

interface Gestures {
  /** The finger rests. */
  onHold: (place: Place) => void;
  /** What it draws along the line was let go, far enough. */
  onDraw?: (() => void) | undefined;
}

/**
 * Follow a finger that came down. What moves up and down is the browser's, as `touch-action` of the element says: once it
 * scrolls, the finger is not ours any more. What is drawn knows how far in `--drawn`, up to 1, and `data-drawn` when that
 * is enough.
 */
export function follow(down: PointerEvent<HTMLElement>, { onHold, onDraw }: Gestures): void {
  if (down.pointerType !== "touch" || isOverIt(down)) return;
  const { currentTarget: element, clientX, clientY } = down;
  const along = document.dir === "rtl" ? -1 : 1;
  const left = new AbortController();
  const { signal } = left;
  let drawn: number | null = null;

  const timer = setTimeout(() => {
    left.abort();
    swallowTap(element);
    onHold({ x: clientX, y: clientY });
  }, HOLD);
  signal.addEventListener("abort", () => clearTimeout(timer));

  function move(event: globalThis.PointerEvent) {
    const [x, y] = [(event.clientX - clientX) * along, event.clientY - clientY];
    if (drawn === null) {
      if (Math.hypot(x, y) < ASTRAY) return;
      clearTimeout(timer);
      if (!onDraw || x <= Math.abs(y)) return left.abort();
    }
    drawn = Math.max(0, x);
    element.style.translate = `${along * FARTHEST * (1 - Math.exp(-drawn / FARTHEST))}px`;
    element.style.setProperty("--drawn", `${Math.min(1, drawn / ENOUGH)}`);
    element.toggleAttribute("data-drawn", drawn >= ENOUGH);
  }

  function end(event: Event) {
    left.abort();
    if (drawn === null) return;
    const from = element.style.translate;
    element.style.translate = "";
    element.style.removeProperty("--drawn");
    element.removeAttribute("data-drawn");
    if (!isStill.peek()) element.animate({ translate: [from, "0"] }, { duration: 180, easing: "ease-out" });
    if (event.type === "pointerup" && drawn >= ENOUGH) onDraw?.();
  }

  element.addEventListener("pointermove", move, { signal });
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, end, { signal });
  // With a second finger it is something else.
  addEventListener("pointerdown", end, { signal, capture: true });
}

/**
 * What asks for the menu of something: a right click, a key, a finger that rests. Some browsers ask when something is held,
 * and others do not: it may be asked for twice.
 */
export function asksForMenu(open: (place: Place) => void) {
  return {
    onContextMenu: (event: MouseEvent<HTMLElement>) => {
      if (isSelected(event.currentTarget)) return;
      event.preventDefault();
      open({ x: event.clientX, y: event.clientY });
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => follow(event, { onHold: open }),
  };
}

/** Some of its text is selected: then the menu of the browser is wanted, which copies that. */
function isSelected(element: HTMLElement): boolean {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

/** Menus and dialogs are no part of what they were opened from. */
function isOverIt({ target, currentTarget }: PointerEvent<HTMLElement>): boolean {
  const over = (target as Element).closest("[popover], dialog");
  return over !== null && currentTarget.contains(over);
}

/** Who lifts the finger that held something has not tapped on it, nor on what came below the finger. */
function swallowTap(element: HTMLElement): void {
  const lifted = new AbortController();
  const lift = (event: Event) => {
    lifted.abort();
    if (event.type === "touchend" && event.cancelable) event.preventDefault(); // unless it scrolled meanwhile
  };
  for (const name of ["touchend", "touchcancel"]) {
    element.addEventListener(name, lift, { signal: lifted.signal, passive: false });
  }
}
