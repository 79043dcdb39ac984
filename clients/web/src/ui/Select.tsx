import { useId } from "react";
import styles from "./Field.module.css";

interface Props<T> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onValue: (value: T) => void;
  disabled?: boolean;
}

/** A labelled choice of one among several. */
export function Select<T extends string>({ label, value, options, onValue, disabled }: Props<T>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.box}>
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={event => onValue(event.currentTarget.value as T)}
          className={styles.select}
        >
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
