import { type ComponentType, type ReactNode, useLayoutEffect, useState } from "react";
import { t } from "../text/i18n";
import { Button } from "./Button";
import styles from "./lazily.module.css";

/** A part of the app that is loaded when it is first shown. When that fails, one can try again. */
export function lazily<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): (props: P) => ReactNode {
  let Loaded: ComponentType<P> | null = null;

  return function Lazy(props: P) {
    const [state, setState] = useState<"loading" | "failed" | "loaded">("loading");
    useLayoutEffect(() => {
      if (Loaded || state !== "loading") return;
      load().then(
        module => {
          Loaded = module.default;
          setState("loaded");
        },
        () => setState("failed"),
      );
    }, [state]);
    if (Loaded) return <Loaded {...props} />;
    return state === "failed" ? <NotLoaded onRetry={() => setState("loading")} /> : null;
  };
}

/** Without a connection trying again helps; when the server has another version by now, loading the app anew does. */
function NotLoaded({ onRetry }: { onRetry: () => void }) {
  return (
    <div className={styles.failed} role="alert">
      <p>{t("part.not_loaded")}</p>
      <Button onClick={onRetry}>{t("retry")}</Button>
      <Button onClick={() => location.reload()}>{t("update.reload")}</Button>
    </div>
  );
}
