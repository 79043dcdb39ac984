import { useValue } from "../store/hooks";
import styles from "./Toasts.module.css";
import { toasts } from "./toasts";

export function Toasts() {
  return (
    <div className={styles.toasts} role="status">
      {useValue(toasts).map(toast => (
        <p key={toast.id} className={styles.toast}>
          {toast.text}
        </p>
      ))}
    </div>
  );
}
