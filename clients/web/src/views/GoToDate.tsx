import { type FormEvent, useState } from "react";
import type { Id, Millis } from "../protocol";
import { store } from "../store/app";
import { jump } from "../store/jump";
import { isoDay } from "../text/dates";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Choices, Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";

/** Asks for a day, and shows the first message of it. */
export default function GoToDate({ chatId, from, onClose }: { chatId: Id; from: Millis; onClose: () => void }) {
  const [chosen, setChosen] = useState(isoDay(from));
  const created = store.chats.peek(chatId)?.chat.created_at ?? 0;
  function submit(event: FormEvent) {
    event.preventDefault();
    const at = Date.parse(`${chosen}T00:00`);
    if (Number.isNaN(at)) return;
    onClose();
    jump.value = { chatId, at };
  }
  return (
    <Dialog title={t("chat.go_to_date")} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t("chat.date")}
          type="date"
          autoFocus
          required
          min={isoDay(created)}
          max={isoDay(Date.now())}
          value={chosen}
          onValue={setChosen}
        />
        <Choices>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" look="primary">
            {t("chat.go")}
          </Button>
        </Choices>
      </form>
    </Dialog>
  );
}
