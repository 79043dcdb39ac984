import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { start, store } from "./store/app";
import { preferences, showPreferences } from "./store/preferences";
import { followHistory } from "./store/router";
import { followUpdates } from "./store/updates";
import { localeFor, speak } from "./text/i18n";
import { App, prepare } from "./views/App";

showPreferences(document.documentElement);
followHistory();
if (isSecureContext) void start();
preferences.subscribe(({ language }) => void speak(language || localeFor(navigator.languages)));
const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]")!;
store.unread.subscribe(count => {
  document.title = count ? `(${count}) Dialog` : "Dialog";
  const shown = count ? "/icon-unread.svg" : "/icon.svg";
  if (icon.getAttribute("href") !== shown) icon.href = shown;
});

const language = preferences.peek().language || localeFor(navigator.languages);
prepare(language);
speak(language)
  .catch(() => speak("en"))
  .finally(() => {
    createRoot(document.getElementById("app")!).render(<App />);
    followUpdates();
  });
