import { effect, signal } from "@preact/signals-core";

const KEY = "dialog.preferences";

/** How this browser shows the app. Kept in local storage, as the privacy policy says. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  contrast: "system" | "high";
  density: "comfortable" | "compact";
  /** Empty: as the browser says. */
  language: "" | "en" | "de" | "ru";
}

const DEFAULT: Preferences = { theme: "system", contrast: "system", density: "comfortable", language: "" };

export const preferences = signal<Preferences>({ ...DEFAULT, ...read() });

function read(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

export function prefer(chosen: Partial<Preferences>): void {
  preferences.value = { ...preferences.peek(), ...chosen };
  localStorage.setItem(KEY, JSON.stringify(preferences.peek()));
}

/** Tell the style sheets what is preferred, from now on. */
export function showPreferences(root: HTMLElement): void {
  effect(() => {
    const { theme, contrast, density } = preferences.value;
    root.dataset.theme = theme;
    root.dataset.contrast = contrast;
    root.dataset.density = density;
  });
}
