import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

const CATALOG = /\/src\/locales\/(entrance\/)?[a-z]{2}\.json$/;

/** Compiles the ICU messages of `src/locales` while building, so that the parser for them is not shipped. */
export function catalogs(): Plugin {
  return {
    name: "dialog:catalogs",
    enforce: "pre",
    transform(code, id) {
      if (!CATALOG.test(id)) return null;
      const messages = Object.entries(JSON.parse(code) as Record<string, string>);
      const compiled = messages.map(([key, message]) => [key, compileMessage(message)]);
      return { code: JSON.stringify(Object.fromEntries(compiled)), map: null };
    },
  };
}
