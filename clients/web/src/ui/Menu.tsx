import { type ReactNode, useRef } from "react";
import { classes } from "./classes";
import styles from "./Menu.module.css";
import { usePopover } from "./popover";

/** Where a menu opens: below an element, or at a point. Where there is no room below, it ends at `over`. */
export type Place = { x: number; y: number; over?: number };

export function below(element: Element): Place {
  const box = element.getBoundingClientRect();
  return { x: document.dir === "rtl" ? box.right : box.left, y: box.bottom + 4, over: box.top - 4 };
}

/** A menu over everything, open as long as it is rendered. Arrow keys move, Escape and a click elsewhere close it. */
export function Menu({
  at,
  label,
  onClose,
  children,
}: {
  at: Place;
  label: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const menu = useRef<HTMLDivElement>(null);
  usePopover(menu, at, element => items(element)[0]);
  return (
    <div
      ref={menu}
      className={styles.menu}
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onClick={event => {
        if (event.target === menu.current && event.clientY < menu.current.getBoundingClientRect().top) onClose();
      }}
      onToggle={event => {
        if (event.newState === "closed") onClose();
      }}
      onKeyDown={event => move(event.key, menu.current!) && event.preventDefault()}
    >
      {children}
    </div>
  );
}

export function MenuItem({
  icon,
  danger,
  onPick,
  children,
}: {
  icon?: ReactNode;
  danger?: boolean;
  onPick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={classes(styles.item, danger && styles.danger)}
      onClick={onPick}
    >
      {icon}
      <span>{children}</span>
    </button>
  );
}

/** A line that is only read; the arrows come to it as well. */
export function MenuNote({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <button
      type="button"
      role="menuitem"
      aria-disabled="true"
      tabIndex={-1}
      className={classes(styles.item, styles.note)}
    >
      {icon}
      <span>{children}</span>
    </button>
  );
}

/** One of several that can be chosen. */
export function MenuChoice({ chosen, onPick, children }: { chosen: boolean; onPick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={chosen}
      tabIndex={-1}
      className={classes(styles.item, chosen && styles.chosen)}
      onClick={onPick}
    >
      <span>{children}</span>
    </button>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={label} className={styles.group}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}

function items(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

function move(key: string, menu: Element): boolean {
  const all = items(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: all.length - 1,
  }[key];
  if (to === undefined) return false;
  all[(to + all.length) % all.length]?.focus();
  return true;
}
