import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";

/** In place of what could not be had, until it is asked for again. */
export function Failed({ problem, onAgain }: { problem: string; onAgain: () => void }) {
  return (
    <Empty text={problem}>
      <Button onClick={onAgain}>{t("retry")}</Button>
    </Empty>
  );
}
