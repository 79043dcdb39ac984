/** Moving from message to message with the keys. */

/** As much of the screen as PageUp and PageDown pass by. */
const PAGE = 0.9;

/** Where one goes with a key, whether that part of the chat is there or has to be fetched. */
interface Ends {
  toStart: () => Promise<void>;
  toEnd: () => Promise<void>;
}

/** Do what the key does in the log. Tells whether it does something. */
export function moveFocus(event: KeyboardEvent, log: HTMLElement, { toStart, toEnd }: Ends): boolean {
  const isElsewhere = (event.target as Element).closest("[popover], dialog") !== null;
  if (isElsewhere || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  switch (event.key) {
    case "ArrowUp":
      return step(log, -1);
    case "ArrowDown":
      return step(log, 1);
    case "PageUp":
      return page(log, -PAGE);
    case "PageDown":
      return page(log, PAGE);
    case "Home":
      void focusSoon(log, "first", toStart());
      return true;
    case "End":
      void focusSoon(log, "last", toEnd());
      return true;
    default:
      return false;
  }
}

/** Who comes into the log by the keyboard comes to a message. */
export function enterLog(event: FocusEvent, log: HTMLElement): void {
  const isFromOutside = !log.contains(event.relatedTarget as Node | null);
  if (event.target === log && isFromOutside && log.matches(":focus-visible")) inSight(log).at(-1)?.focus();
}

function step(log: HTMLElement, by: 1 | -1): boolean {
  const all = articles(log);
  const at = all.indexOf(document.activeElement?.closest("article") as HTMLElement);
  const next = at < 0 ? inSight(log).at(-1) : all[at + by];
  next?.focus();
  return next !== undefined;
}

function page(log: HTMLElement, screens: number): boolean {
  log.scrollBy({ top: screens * log.clientHeight });
  void focusSoon(log, screens < 0 ? "first" : "last");
  return true;
}

/** Focus a message at one end of what is in sight, as soon as it is there, unless somebody has gone elsewhere by then. */
async function focusSoon(log: HTMLElement, end: "first" | "last", arrival?: Promise<void>): Promise<void> {
  const before = document.activeElement;
  await arrival;
  const focus = () => {
    const at = document.activeElement;
    // The message that had it may be out of sight, and gone.
    if (at !== before && at !== document.body) return;
    inSight(log)
      .at(end === "first" ? 0 : -1)
      ?.focus({ preventScroll: true });
  };
  requestAnimationFrame(() => requestAnimationFrame(focus));
}

function inSight(log: HTMLElement): HTMLElement[] {
  const { top, bottom } = log.getBoundingClientRect();
  return articles(log).filter(article => {
    const box = article.getBoundingClientRect();
    return box.bottom > top + 1 && box.top < bottom - 1;
  });
}

/** The messages that are elements, from the earliest on. */
function articles(log: HTMLElement): HTMLElement[] {
  const top = (article: HTMLElement) => article.getBoundingClientRect().top;
  return [...log.querySelectorAll<HTMLElement>("article")].sort((one, other) => top(one) - top(other));
}
