import { useState } from "react";
import type { ForwardMessages, Id, Message } from "../protocol";
import { may } from "../state/roles";
import { call, store } from "../store/app";
import { hasKeys } from "../store/device";
import { useComputed } from "../store/hooks";
import { partnerOf, titleOf } from "../store/names";
import { go } from "../store/router";
import { stopChoosing } from "../store/selection";
import { t } from "../text/i18n";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Empty } from "../ui/Empty";
import { Field } from "../ui/Field";
import { Pick, PickList } from "../ui/PickList";
import { attempt } from "./attempt";

/** So many chats are shown; others are found by their name. */
const SHOWN = 50;

/** Chooses the chat that messages of another one are forwarded to, and goes there. */
export default function Forward({ messages, onClose }: { messages: Message[]; onClose: () => void }) {
  const [wanted, setWanted] = useState("");
  const chats = useComputed(() => {
    const open = store.order.value.map(id => store.chats.at(id).value!).filter(record => may(record, "may_send"));
    const known = open.map(({ chat }) => ({
      id: chat.id,
      title: titleOf(chat),
      colour: partnerOf(chat, store.me.value?.id) ?? chat.id,
    }));
    return known.filter(one => one.title.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()));
  }, [wanted]);
  async function forward(chatId: Id) {
    onClose();
    const from_chat_id = messages[0]!.chat_id;
    const seqs = messages.map(message => message.seq);
    const nonce = crypto.randomUUID();
    const command: ForwardMessages = { type: "message.forward", chat_id: chatId, nonce, from_chat_id, seqs };
    if (!(await attempt(call(command)))) return;
    stopChoosing();
    go({ name: "chat", chatId });
  }
  return (
    <Dialog title={t("message.forward")} onClose={onClose}>
      <Field label={t("list.filter")} type="search" autoFocus={hasKeys()} value={wanted} onValue={setWanted} />
      {chats.length ? (
        <PickList
          label={t("list.label")}
          more={chats.length > SHOWN ? t("forward.more", { count: chats.length - SHOWN }) : undefined}
        >
          {chats.slice(0, SHOWN).map(({ id, title, colour }) => (
            <Pick key={id} id={colour} name={title} onPick={() => void forward(id)} />
          ))}
        </PickList>
      ) : (
        <Empty text={t("list.no_match")}>
          {wanted && (
            <Button
              onClick={event => {
                event.currentTarget.closest("dialog")!.querySelector("input")!.focus(); // the button that was pressed goes
                setWanted("");
              }}
            >
              {t("list.show_all")}
            </Button>
          )}
        </Empty>
      )}
    </Dialog>
  );
}
