import { useValue } from "../store/hooks";
import styles from "./Toasts.module.css";
import { drop, toasts } from "./toasts";

export function Toasts() {
  return (
    <div className={styles.toasts} role="status" data-region="toasts">
      {useValue(toasts).map(({ id, text, offer }) => (
        <p key={id} className={styles.toast}>
          {text}
          {offer && (
            <button
              type="button"
              onClick={() => {
                drop(id);
                offer.run();
              }}
            >
              {offer.label}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
