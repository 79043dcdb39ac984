/** The size of text that style sheets are written for, in pixels: what is usual. */
export const USUAL_TEXT = 15;

/** What `rem` is then, in pixels. */
export const USUAL_REM = 16;

/** The sizes that can be chosen instead. */
export const TEXT_SIZES = [14, USUAL_TEXT, 16, 17, 18, 19, 20] as const;
