import type { CSSProperties } from "react";
import type { Availability } from "../protocol";
import styles from "./Avatar.module.css";
import { classes } from "./classes";

interface Props {
  /** Decides the colour. */
  id: number;
  name: string;
  size?: "small" | "large";
  presence?: Availability | undefined;
}

/** Somebody, or a group, as a rounded square with initials. */
export function Avatar({ id, name, size = "large", presence }: Props) {
  const here = presence && presence !== "offline";
  return (
    <span
      className={classes(styles.avatar, styles[size])}
      style={hue(id)}
      data-initials={initials(name)}
      aria-hidden="true"
    >
      {here && <span className={classes(styles.presence, styles[presence])} />}
    </span>
  );
}

/** The custom property that the colours of somebody are made of. */
export function hue(id: number): CSSProperties {
  return { "--hue": (id * 137.508) % 360 } as CSSProperties;
}

const signs = new Intl.Segmenter();

/** The first letters of the first and the last word; of a name without letters its first sign that can be seen. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter(word => /^[\p{L}\p{N}]/u.test(word));
  if (!words.length) return signs.segment(name.replace(/^[\p{C}\p{Z}]+/u, "")).containing(0)?.segment ?? "";
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters
    .map(word => [...word][0])
    .join("")
    .toLocaleUpperCase();
}
