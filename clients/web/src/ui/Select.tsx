import { ChevronDown } from "lucide-react";
import { type ComponentProps, useId } from "react";
import { classes } from "./classes";
import field from "./Field.module.css";
import styles from "./Select.module.css";

interface Props<T> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onValue: (value: T) => void;
  disabled?: boolean;
}

/** A labelled choice of one among several. */
export function Select<T extends string>({ label, ...rest }: Props<T>) {
  const id = useId();
  return (
    <div className={field.field}>
      <label htmlFor={id}>{label}</label>
      <Options {...rest} id={id} className={field.box} />
    </div>
  );
}

type OptionsProps<T> = Omit<Props<T>, "label"> & Pick<ComponentProps<"select">, "id" | "className">;

/** What can be chosen, without a label. */
export function Options<T extends string>({ options, onValue, className, ...rest }: OptionsProps<T>) {
  return (
    <span className={classes(styles.options, className)}>
      <select {...rest} onChange={event => onValue(event.currentTarget.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown size={16} aria-hidden="true" />
    </span>
  );
}
