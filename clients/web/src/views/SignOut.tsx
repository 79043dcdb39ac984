import { engine, store } from "../store/app";
import { overlay } from "../store/shortcuts";
import { t } from "../text/i18n";
import { Confirm } from "../ui/Confirm";

/** End the session in this browser; where something would be lost by that, ask first. */
export function signOut(): void {
  if (store.unsent.peek().length || store.waits.peek()) overlay.value = "sign_out";
  else void engine.signOut();
}

export function SignOut({ onClose }: { onClose: () => void }) {
  return (
    <Confirm
      title={t("sign_out.title")}
      text={t("sign_out.text")}
      action={t("nav.sign_out")}
      onPick={() => void engine.signOut()}
      onClose={onClose}
    />
  );
}
