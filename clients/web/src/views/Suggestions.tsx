import type { ReactNode } from "react";
import { classes } from "../ui/classes";
import styles from "./Suggestions.module.css";

/** Something that what is being typed may become. */
export interface Suggestion {
  key: string;
  icon: ReactNode;
  name: string;
  detail: string;
  /** What takes the place of what was typed. */
  text: string;
}

interface Props {
  id: string;
  label: string;
  suggestions: readonly Suggestion[];
  /** The one that Enter takes. */
  at: number;
  onPick: (suggestion: Suggestion) => void;
}

/** What the text may go on with, above where it is written. The focus stays in the text. */
export function Suggestions({ id, label, suggestions, at, onPick }: Props) {
  return (
    <div id={id} role="listbox" aria-label={label} className={styles.list}>
      {suggestions.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the focus stays in the text
        <div
          key={suggestion.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          tabIndex={-1}
          className={classes(styles.one, index === at && styles.at)}
          onPointerDown={event => event.preventDefault()}
          onClick={() => onPick(suggestion)}
        >
          <span className={styles.icon}>{suggestion.icon}</span>
          <bdi>{suggestion.name}</bdi>
          <small>{suggestion.detail}</small>
        </div>
      ))}
    </div>
  );
}
