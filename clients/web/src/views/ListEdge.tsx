import type { End } from "../store/window";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import styles from "./ListEdge.module.css";

/** Height of an edge, in pixels: the list keeps room for it, so that nothing moves when it changes. */
export const EDGE = 48;

interface Props {
  end: End;
  failed: boolean;
  onRetry: () => void;
}

/** What stands where messages end that are not all there are: more is coming, or could not be had. */
export function ListEdge({ end, failed, onRetry }: Props) {
  return (
    <div className={classes(styles.edge, styles[end])} style={{ blockSize: EDGE }}>
      {failed ? (
        <p className={styles.failed} role="alert">
          {t(`chat.${end}_failed`)}
          <Button onClick={onRetry}>{t("retry")}</Button>
        </p>
      ) : (
        <span className={styles.coming} aria-hidden="true" />
      )}
    </div>
  );
}
