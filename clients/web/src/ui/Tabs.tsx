import { type ComponentProps, type ReactNode, useId, useRef } from "react";
import { Badge } from "./Badge";
import styles from "./Tabs.module.css";

interface Tab<T> {
  key: T;
  title: string;
  /** Something waits there: how much, and in words. */
  badge?: ComponentProps<typeof Badge> | undefined;
}

interface Props<T> {
  label: string;
  tabs: Tab<T>[];
  chosen: T;
  onChoose: (key: T) => void;
  children: ReactNode;
}

/** One of several lists at a time. Arrow keys move between them. */
export function Tabs<T extends string>({ label, tabs, chosen, onChoose, children }: Props<T>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  function move(by: number) {
    const next = (tabs.findIndex(tab => tab.key === chosen) + by + tabs.length) % tabs.length;
    onChoose(tabs[next]!.key);
    (list.current!.children[next] as HTMLElement).focus();
  }

  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        className={styles.tabs}
        onKeyDown={event => {
          if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
          event.preventDefault();
          move((event.key === "ArrowRight") === (document.dir !== "rtl") ? 1 : -1);
        }}
      >
        {tabs.map(tab => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={tab.key === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab.key === chosen ? 0 : -1}
            className={styles.tab}
            onClick={() => onChoose(tab.key)}
          >
            {tab.title}
            {tab.badge && <Badge {...tab.badge} />}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className={styles.panel}>
        {children}
      </div>
    </>
  );
}
