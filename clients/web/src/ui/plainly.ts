import type { MouseEvent } from "react";

/** What a link within the app does at a click. With other keys the browser does as always, such as to open a tab. */
export function plainly(work: () => void) {
  return (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    work();
  };
}
