import type { ComponentType } from "react";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { route } from "../store/router";
import { readStored } from "../store/vault";
import { type Locale, locale, prepareEverything, speakOfEverything } from "../text/i18n";
import { lazily } from "../ui/lazily";
import { Toasts } from "../ui/Toasts";

const Entrance = screen(() => import("./Entrance"));
const Privacy = screen(() => import("./Privacy"));
const Shell = screen(async () => {
  const [shell] = await Promise.all([import("./Shell"), speakOfEverything()]);
  return shell;
});

/** One of the parts that fill the window: when the first of them comes, the page has nothing else to show any more. */
function screen(load: () => Promise<{ default: ComponentType }>) {
  return lazily(() => load().finally(() => document.getElementById("splash")?.remove()));
}

/** Begin to load what will be shown, before the engine has said who is there. */
export function prepare(language: Locale): void {
  const loads = readStored() ? [import("./Shell"), prepareEverything(language)] : [import("./Entrance")];
  for (const load of loads) load.catch(() => {}); // it is tried again when it is shown
}

/** The whole app: the entrance for those who are not signed in, the shell for those who are. */
export function App() {
  const language = useValue(locale);
  return (
    <div key={language} style={{ display: "contents" }}>
      <Screen />
      <Toasts />
    </div>
  );
}

function Screen() {
  const connection = useValue(store.connection);
  const { name } = useValue(route);
  if (name === "privacy") return <Privacy />;
  if (!isSecureContext) return <Entrance />;
  if (!connection) return null;
  return connection.standing === "signed_out" ? <Entrance /> : <Shell />;
}
