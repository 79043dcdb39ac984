import { t } from "../text/i18n";
import { say } from "../ui/toasts";

/** Put a text on the clipboard, and say whether the browser let us. */
export function putOnClipboard(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => say(t("message.copied")),
    () => say(t("message.not_copied")),
  );
}
