import { Copy, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Seq } from "../protocol";
import type { Unsent } from "../state/records";
import { engine } from "../store/app";
import type { Writing } from "../store/writing";
import { clock } from "../text/dates";
import { explainFailure } from "../text/failures";
import { t } from "../text/i18n";
import { classes } from "../ui/classes";
import { Menu, MenuItem, type Place } from "../ui/Menu";
import { asMessage, remove } from "./deeds";
import { copy } from "./MessageMenu";
import { Day, placed } from "./MessageRow";
import row from "./MessageRow.module.css";
import { MessageText } from "./MessageText";
import { askedOf } from "./messageKeys";
import { Quote } from "./Quote";
import { Ticks } from "./Ticks";
import { asksForMenu } from "./touch";

interface Props {
  unsent: Unsent;
  /** The place that it will have, as far as one knows. */
  seq: Seq;
  onWrite: (writing: Writing) => void;
}

/** One's own message that is on its way, or could not be sent. It looks as it will once it is posted. */
export function UnsentRow({ isNewDay, joins, ...rest }: Props & { isNewDay: boolean; joins: boolean }) {
  return (
    <>
      {isNewDay && <Day at={rest.unsent.written_at} />}
      <Waiting joins={joins} {...rest} />
    </>
  );
}

function Waiting({ unsent, seq, joins, onWrite }: Props & { joins: boolean }) {
  const { nonce, progress, reason, reply_to } = unsent;
  const [menu, setMenu] = useState<Place | null>(null);
  return (
    <article
      className={classes(row.message, row.own, joins && row.joins)}
      tabIndex={-1}
      data-progress={progress}
      {...placed(seq)}
      {...asksForMenu(place => setMenu(open => open ?? place))}
      onKeyDown={event => {
        if (event.target !== event.currentTarget) return;
        const action = askedOf(event.nativeEvent);
        if (action === "menu" || event.key === "ContextMenu") {
          const box = event.currentTarget.getBoundingClientRect();
          setMenu({ x: box.left + 48, y: box.bottom });
        } else if (action === "edit") onWrite({ kind: "edit", message: asMessage(unsent) });
        else if (action === "copy") copy([asMessage(unsent)]);
        else if (action === "delete") remove(asMessage(unsent));
        else return;
        event.preventDefault();
      }}
    >
      <div className={row.body}>
        <div className={classes(row.bubble, row.mine, row.rises)}>
          {reply_to !== null && <Quote chatId={unsent.chat_id} seq={reply_to} onGoTo={() => {}} />}
          <MessageText text={unsent.text} id={`${unsent.chat_id}-${nonce}`} />
          <span className={row.meta}>
            <time className={row.when}>{clock(unsent.written_at)}</time>
            {progress === "waiting" && <Ticks reach="waiting" />}
          </span>
        </div>
        {progress === "failed" && (
          <p className={row.failed} role="alert">
            <span>
              {t("message.failed")}. {reason && explainFailure(reason)}
            </span>
            <span className={row.ways}>
              <button type="button" onClick={() => void engine.retry(nonce)}>
                {t("message.retry")}
              </button>
              <button type="button" onClick={() => remove(asMessage(unsent))}>
                {t("message.discard")}
              </button>
            </span>
          </p>
        )}
      </div>
      {menu && <UnsentMenu unsent={unsent} at={menu} onWrite={onWrite} onClose={() => setMenu(null)} />}
    </article>
  );
}

function UnsentMenu({ unsent, at, onWrite, onClose }: Omit<Props, "seq"> & { at: Place; onClose: () => void }) {
  const message = asMessage(unsent);
  const pick = (work: () => void) => () => {
    onClose();
    work();
  };
  return (
    <Menu at={at} label={t("message.actions")} onClose={onClose}>
      <MenuItem icon={<Pencil size={18} />} onPick={pick(() => onWrite({ kind: "edit", message }))}>
        {t("message.edit")}
      </MenuItem>
      <MenuItem icon={<Copy size={18} />} onPick={pick(() => copy([message]))}>
        {t("message.copy")}
      </MenuItem>
      <MenuItem icon={<Trash2 size={18} />} danger onPick={pick(() => remove(message))}>
        {t("message.delete")}
      </MenuItem>
    </Menu>
  );
}
