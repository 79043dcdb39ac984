import { effect, signal } from "@preact/signals-core";
import { USUAL_REM, USUAL_TEXT } from "../styles/text_sizes";

const KEY = "dialog.preferences";

/** How this browser shows the app. Kept in local storage, as the privacy policy says. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  contrast: "system" | "high";
  density: "comfortable" | "compact";
  accent: "verdigris" | "blue" | "violet" | "plum" | "moss";
  /** The size that usual text has, in pixels; one of `TEXT_SIZES`. */
  text: number;
  /** What the Enter key does where one writes; Shift does the other. */
  enter: "send" | "newline";
  /** Single letters act on the message that has the focus. */
  letters: boolean;
  /** Empty: as the browser says. */
  language: "" | "en" | "de" | "ru";
}

const DEFAULT: Preferences = {
  theme: "system",
  contrast: "system",
  density: "comfortable",
  accent: "verdigris",
  text: USUAL_TEXT,
  // The keyboards of touch screens have no Shift+Enter.
  enter: matchMedia("(pointer: coarse)").matches ? "newline" : "send",
  letters: true,
  language: "",
};

export const preferences = signal<Preferences>({ ...DEFAULT, ...read() });

function read(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** How many times as large as usual text is. */
export function textScale(): number {
  return preferences.peek().text / USUAL_TEXT;
}

export function prefer(chosen: Partial<Preferences>): void {
  preferences.value = { ...preferences.peek(), ...chosen };
  localStorage.setItem(KEY, JSON.stringify(preferences.peek()));
}

/** Tell the style sheets what is preferred, from now on; also what the device prefers, where that decides. */
export function showPreferences(root: HTMLElement): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = signal(dark.matches);
  dark.addEventListener("change", () => {
    isDark.value = dark.matches;
  });
  effect(() => {
    const { theme: chosen, contrast, density, accent } = preferences.value;
    const theme = chosen === "system" ? (isDark.value ? "dark" : "light") : chosen;
    root.style.fontSize = `${USUAL_REM * textScale()}px`;
    atOnce(root, { theme, contrast, density, accent });
    for (const color of root.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      color.media = theme === color.dataset.theme ? "all" : "not all";
    }
  });
}

/** Without transitions: text would be in its new colour while what it stands on still has the old one. */
function atOnce(root: HTMLElement, shown: Record<string, string>): void {
  Object.assign(root.dataset, { ...shown, still: "" });
  void root.offsetHeight; // all styles are computed now
  delete root.dataset.still;
}
