import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { catalogs } from "./build/catalogs";
import { compressed } from "./build/compressed";
import { emoji } from "./build/emoji";
import { offline } from "./build/offline";
import { textSizes } from "./build/text_sizes";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const [, version] = readFileSync(`${repository}pyproject.toml`, "utf8").match(/^version = "(.+)"$/m)!;
const running = `${repository}.local/address`;
const gateway = existsSync(running) ? readFileSync(running, "utf8").trim() : "http://127.0.0.1:8080";
const toGateway = { target: gateway, ws: true, headers: { origin: gateway } };

export default defineConfig({
  define: { VERSION: JSON.stringify(version) },
  plugins: [catalogs(), emoji(), offline(), compressed()],
  resolve: {
    // The app is written against React; that it runs on Preact is decided here alone.
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom/client": "preact/compat/client",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
  },
  css: { postcss: { plugins: [textSizes()] } },
  esbuild: { jsx: "automatic" },
  server: { proxy: { "/api": toGateway, "/ws": toGateway }, fs: { allow: [repository] } },
  build: {
    target: "es2024",
    sourcemap: true,
    assetsInlineLimit: 0, // the content security policy knows no `data:`
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 200,
  },
  worker: { format: "es" },
  test: { environment: "node", include: ["tests/**/*.test.{ts,tsx}"], server: { deps: { inline: true } } },
});
