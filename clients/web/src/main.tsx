import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { start } from "./store/app";
import { preferences, showPreferences } from "./store/preferences";
import { followHistory } from "./store/router";
import { followUpdates } from "./store/updates";
import { localeFor, speak } from "./text/i18n";
import { App, prepare } from "./views/App";

showPreferences(document.documentElement);
followHistory();
if (isSecureContext) void start();
preferences.subscribe(({ language }) => void speak(language || localeFor(navigator.languages)));

const language = preferences.peek().language || localeFor(navigator.languages);
prepare(language);
speak(language)
  .catch(() => speak("en"))
  .finally(() => {
    createRoot(document.getElementById("app")!).render(<App />);
    followUpdates();
  });
