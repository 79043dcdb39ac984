import type { Id } from "../protocol";
import { t } from "../text/i18n";
import { Confirm } from "../ui/Confirm";
import { relate } from "./people";

interface Props {
  userId: Id;
  name: string;
  onClose: () => void;
}

/** What follows from blocking somebody, before one does. */
export function BlockDialog({ userId, name, onClose }: Props) {
  return (
    <Confirm
      title={t("person.block_title", { name })}
      text={t("person.block_text")}
      action={t("person.block")}
      onPick={() => void relate("block.add", userId)}
      onClose={onClose}
    />
  );
}

export function RemoveDialog({ userId, name, onClose }: Props) {
  return (
    <Confirm
      title={t("person.remove_title")}
      text={t("person.remove_text", { name })}
      action={t("person.remove")}
      onPick={() => void relate("friend.remove", userId)}
      onClose={onClose}
    />
  );
}
