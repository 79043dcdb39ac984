import type { Unsent } from "../state/records";
import { engine } from "../store/app";
import { clock } from "../text/dates";
import { explainReason } from "../text/failures";
import { t } from "../text/i18n";
import { classes } from "../ui/classes";
import { Jumbo, jumbo } from "./Jumbo";
import row from "./MessageRow.module.css";
import { Quote } from "./Quote";
import { RichText } from "./RichText";
import { Ticks } from "./Ticks";

/** One's own message that is on its way, or could not be sent. */
export function UnsentRow({ unsent }: { unsent: Unsent }) {
  const { nonce, progress, reason, reply_to } = unsent;
  return (
    <article className={classes(row.message, row.own)} tabIndex={-1} data-progress={progress}>
      <div className={row.body}>
        <div className={classes(row.bubble, row.mine, row.rises)}>
          {reply_to !== null && <Quote chatId={unsent.chat_id} seq={reply_to} onGoTo={() => {}} />}
          <div className={row.text}>
            {jumbo(unsent.text) ? <Jumbo text={unsent.text} /> : <RichText text={unsent.text} />}
          </div>
          <span className={row.meta}>
            <time className={row.when}>{clock(unsent.written_at)}</time>
            {progress === "waiting" && <Ticks reach="waiting" />}
          </span>
        </div>
        {progress === "failed" && (
          <p className={row.failed} role="alert">
            <span>
              {t("message.failed")}. {reason && explainReason(reason)}
            </span>
            <button type="button" onClick={() => void engine.retry(nonce)}>
              {t("message.retry")}
            </button>
            <button type="button" onClick={() => void engine.discard(nonce)}>
              {t("message.discard")}
            </button>
          </p>
        )}
      </div>
    </article>
  );
}
