import type { ReactNode } from "react";
import { t } from "../text/i18n";
import { Button } from "./Button";
import { Choices, Dialog } from "./Dialog";

interface Props {
  title: string;
  text: string;
  /** What the button says that does it. */
  action: string;
  disabled?: boolean;
  onPick: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks before something is done that is hard to take back. */
export function Confirm({ title, text, action, disabled = false, onPick, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {children}
      <Choices>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          look="danger"
          autoFocus={!children}
          disabled={disabled}
          onClick={() => {
            onClose();
            onPick();
          }}
        >
          {action}
        </Button>
      </Choices>
    </Dialog>
  );
}
