import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";

type Props = ComponentProps<"button"> & { look?: "primary" | "plain" | "danger"; busy?: boolean };

export function Button({ look = "plain", busy = false, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy}
      className={classes(styles.button, styles[look], className)}
    >
      {children}
    </button>
  );
}

type IconProps = ComponentProps<"button"> & { label: string; children: ReactNode };

/** A button that is only an icon; `label` is what it is called. */
export function IconButton({ label, className, children, ...rest }: IconProps) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={classes(styles.icon, className)}>
      {children}
    </button>
  );
}
