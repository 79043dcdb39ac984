import type { CSSOptions } from "vite";
import { USUAL_REM } from "../src/styles/text_sizes";

type PostCss = Exclude<CSSOptions["postcss"], string | undefined>;

const OF_TEXT = /^(font|font-size|line-height)$/;
const PIXELS = /\b(\d+(?:\.\d+)?)px/g;

/** Sizes of text are written as they usually are, in pixels: this makes them follow the size that somebody chose. */
export function textSizes(): NonNullable<PostCss["plugins"]>[number] {
  return {
    postcssPlugin: "dialog:text-sizes",
    Declaration(declaration) {
      if (!OF_TEXT.test(declaration.prop)) return;
      declaration.value = declaration.value.replace(PIXELS, (_, pixels) => `${Number(pixels) / USUAL_REM}rem`);
    },
  };
}
