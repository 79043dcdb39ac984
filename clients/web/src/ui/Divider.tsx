import { useRef } from "react";
import styles from "./Divider.module.css";

interface Props {
  label: string;
  /** The width of what stands before it, in pixels. */
  value: number;
  range: { least: number; usual: number; most: number };
  /** It is drawn: this is how wide it would be now. */
  onDraw: (value: number) => void;
  onValue: (value: number) => void;
}

/** So much an arrow does, in pixels. */
const STEP = 12;

/**
 * The edge at the end of what it is a part of, which can be as wide as one likes: by drawing the edge, or with the
 * arrows, Home and End. A double click, or Enter, makes it as wide as usual.
 */
export function Divider({ label, value, range, onDraw, onValue }: Props) {
  const { least, usual, most } = range;
  const drawn = useRef<{ from: number; value: number } | null>(null);
  const within = (wanted: number) => Math.round(Math.min(most, Math.max(least, wanted)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      className={styles.divider}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={event => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drawn.current = { from: event.clientX, value };
      }}
      onPointerMove={event => {
        if (!drawn.current) return;
        drawn.current.value = within(value + (event.clientX - drawn.current.from) * along());
        onDraw(drawn.current.value);
      }}
      onLostPointerCapture={() => {
        if (drawn.current && drawn.current.value !== value) onValue(drawn.current.value);
        drawn.current = null;
      }}
      onDoubleClick={() => onValue(usual)}
      onKeyDown={event => {
        const to = {
          ArrowLeft: value - STEP * along(),
          ArrowRight: value + STEP * along(),
          Home: least,
          End: most,
          Enter: usual,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        onValue(within(to));
      }}
    />
  );
}

/** Which way along the line is. */
function along(): number {
  return document.dir === "rtl" ? -1 : 1;
}
