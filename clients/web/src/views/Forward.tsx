import { useState } from "react";
import type { ForwardMessages, Id, Message } from "../protocol";
import { call, store } from "../store/app";
import { useComputed } from "../store/hooks";
import { titleOf } from "../store/names";
import { go } from "../store/router";
import { t } from "../text/i18n";
import { Avatar } from "../ui/Avatar";
import { Dialog } from "../ui/Dialog";
import { Empty } from "../ui/Empty";
import { Field } from "../ui/Field";
import { attempt } from "./attempt";
import styles from "./Forward.module.css";

/** Chooses the chat that a message is forwarded to, and goes there. */
export default function Forward({ message, onClose }: { message: Message; onClose: () => void }) {
  const [wanted, setWanted] = useState("");
  const chats = useComputed(() => {
    const known = store.order.value.map(id => ({ id, title: titleOf(store.chats.at(id).value!.chat) }));
    return known.filter(one => one.title.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()));
  }, [wanted]);
  async function forward(chatId: Id) {
    onClose();
    const { chat_id: from_chat_id, seq } = message;
    const nonce = crypto.randomUUID();
    const command: ForwardMessages = { type: "message.forward", chat_id: chatId, nonce, from_chat_id, seqs: [seq] };
    if (await attempt(call(command))) go({ name: "chat", chatId });
  }
  return (
    <Dialog title={t("message.forward")} onClose={onClose}>
      <Field label={t("list.filter")} type="search" autoFocus value={wanted} onValue={setWanted} />
      {!chats.length && <Empty text={t("list.no_match")} />}
      <ul className={styles.chats}>
        {chats.map(({ id, title }) => (
          <li key={id}>
            <button type="button" onClick={() => void forward(id)}>
              <Avatar id={id} name={title} size="small" />
              <bdi>{title}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
