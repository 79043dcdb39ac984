import { lazy, Suspense } from "react";
import { store } from "../store/app";
import { useValue } from "../store/hooks";
import { route } from "../store/router";
import { locale } from "../text/i18n";
import { Toasts } from "../ui/Toasts";

const Entrance = lazy(() => import("./Entrance"));
const Privacy = lazy(() => import("./Privacy"));
const Shell = lazy(() => import("./Shell"));

/** The whole app: the entrance for those who are not signed in, the shell for those who are. */
export function App() {
  const language = useValue(locale);
  return (
    <div key={language} style={{ display: "contents" }}>
      <Suspense fallback={null}>
        <Screen />
      </Suspense>
      <Toasts />
    </div>
  );
}

function Screen() {
  const connection = useValue(store.connection);
  const { name } = useValue(route);
  if (name === "privacy") return <Privacy />;
  if (!connection) return null;
  return connection.standing === "signed_out" ? <Entrance /> : <Shell />;
}
