import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { t } from "../text/i18n";
import { IconButton } from "./Button";
import { classes } from "./classes";
import styles from "./Field.module.css";

type Props = Omit<ComponentProps<"input">, "onChange"> & {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  onValue?: (value: string) => void;
};

/** A labelled line to write in, with a hint or what is wrong below it. */
export function Field({ label, hint, problem, onValue, children, ...rest }: Props & { children?: ReactNode }) {
  const id = useId();
  const below = problem ?? hint;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <div className={classes(styles.box, problem && styles.wrong)}>
        <input
          {...rest}
          id={id}
          aria-invalid={Boolean(problem)}
          aria-describedby={below ? `${id}-below` : undefined}
          onInput={event => onValue?.(event.currentTarget.value)}
        />
        {children}
      </div>
      <p
        id={`${id}-below`}
        className={classes(styles.below, problem && styles.problem)}
        role={problem ? "alert" : undefined}
      >
        {below}
      </p>
    </div>
  );
}

/** A field for one's own username. What is typed stays as it is, so that the caret does: `asUsername` makes one of it. */
export function UsernameField(props: Props) {
  return (
    <Field
      {...props}
      name="username"
      className={styles.username}
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}

/** A field for a password, which can be looked at, with a word about caps lock. */
export function PasswordField(props: Props) {
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      hint={capsLock ? t("field.caps_lock") : props.hint}
      spellCheck={false}
      autoCapitalize="none"
      onKeyUp={event => setCapsLock(event.getModifierState?.("CapsLock") ?? false)}
    >
      <IconButton label={t(shown ? "field.hide" : "field.show")} aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? <EyeOff size={18} /> : <Eye size={18} />}
      </IconButton>
    </Field>
  );
}

/** A box to tick, with what is agreed to beside it. */
export function Tick({
  children,
  onValue,
  ...rest
}: Omit<ComponentProps<"input">, "onChange"> & { onValue: (ticked: boolean) => void }) {
  return (
    <label className={styles.tick}>
      <input {...rest} type="checkbox" onInput={event => onValue(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
