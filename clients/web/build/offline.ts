import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";

const WORKER = "sw.js";

/** Fonts that few languages need and lists of emoji are kept when they are used. */
const LATER = /onest-(cyrillic-ext|latin-ext|vietnamese)|_emoji_|\.map$/;

/** Builds the service worker, and tells it which files make up this version of the app. */
export function offline(): Plugin {
  return {
    name: "dialog:offline",
    apply: "build",
    enforce: "post",
    buildStart() {
      this.emitFile({ type: "chunk", id: "src/offline/worker.ts", fileName: WORKER });
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const assets = Object.keys(bundle).filter(name => name.startsWith("assets/") && !LATER.test(name));
        const page = createHash("sha256").update(content(bundle["index.html"]!)).digest("base64");
        const files = [["/index.html", `sha256-${page}`], ...assets.sort().map(name => [`/${name}`])];
        const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
        const worker = bundle[WORKER] as Rollup.OutputChunk;
        worker.code = worker.code.replace("__FILES__", () => JSON.stringify({ version, files }));
      },
    },
  };
}

function content(file: Rollup.OutputAsset | Rollup.OutputChunk): string | Uint8Array {
  return file.type === "asset" ? file.source : file.code;
}
