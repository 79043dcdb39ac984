import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { t } from "../text/i18n";
import { IconButton } from "./Button";
import styles from "./SidePanel.module.css";

/** A pane at the end of the window, or over all of it where it is narrow. Escape and the cross close it. */
export function SidePanel({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  // As long as it is still there when it is closed, the focus is known to have been in it.
  useLayoutEffect(() => {
    const element = panel.current!;
    const before = document.activeElement as HTMLElement | null;
    if (!element.contains(before)) heading.current?.focus();
    return () => {
      if (element.contains(document.activeElement)) before?.focus();
    };
  }, []);
  return (
    <section
      ref={panel}
      className={styles.panel}
      data-region="panel"
      aria-labelledby={id}
      onKeyDown={event => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <header className={styles.head}>
        <h2 ref={heading} id={id} tabIndex={-1}>
          {title}
        </h2>
        <IconButton label={t("close")} onClick={onClose}>
          <X size={18} />
        </IconButton>
      </header>
      <div className={styles.content}>{children}</div>
    </section>
  );
}
