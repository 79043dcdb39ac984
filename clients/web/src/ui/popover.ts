import { type RefObject, useEffect } from "react";
import type { Place } from "./Menu";

/** The finger that is on the screen. */
let finger: number | null = null;
addEventListener("pointerdown", event => (finger = event.pointerType === "touch" ? event.pointerId : null), true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => (finger = null), true);

/** Shows an element over everything for as long as it is rendered; the focus goes to `first`, and back in the end. */
export function usePopover(
  popover: RefObject<HTMLElement | null>,
  at: Place,
  first: (element: HTMLElement) => HTMLElement | null | undefined,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the focus goes does not change
  useEffect(() => {
    const element = popover.current!;
    const before = document.activeElement as HTMLElement | null;
    element.showPopover();
    // What opens below a finger that rests would close when it is lifted elsewhere.
    if (finger !== null) element.setPointerCapture(finger);
    const settle = () => place(element, at);
    settle();
    const observer = new ResizeObserver(settle); // more may come into it
    observer.observe(element);
    addEventListener("resize", settle);
    first(element)?.focus();
    return () => {
      removeEventListener("resize", settle);
      observer.disconnect();
      if (element.contains(document.activeElement) || document.activeElement === document.body) before?.focus();
    };
  }, [at]);
}

/** Keep it within the window, and whatever opened it in sight. */
function place(element: HTMLElement, at: Place): void {
  Object.assign(element.style, { left: "", top: "" }); // it is as wide as it would be anywhere
  const { width, height } = element.getBoundingClientRect();
  const last = innerHeight - height - 8;
  const x = document.dir === "rtl" ? at.x - width : at.x;
  element.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  const y = at.y <= last ? at.y : Math.min((at.over ?? at.y - 8) - height, last);
  element.style.top = `${Math.max(8, y)}px`;
}
