import { computed, effect, type ReadonlySignal, signal } from "@preact/signals-core";
import { TEXT_SIZES, USUAL_REM, USUAL_TEXT } from "../styles/text_sizes";

const KEY = "dialog.preferences";

/** What there is to choose from. */
export const CHOICES = {
  theme: ["system", "light", "dark"],
  contrast: ["system", "high"],
  motion: ["system", "reduced"],
  density: ["comfortable", "compact"],
  accent: ["verdigris", "blue", "violet", "plum", "moss"],
  /** The size that usual text has, in pixels. */
  text: TEXT_SIZES,
  /** What the Enter key does where one writes; Shift does the other. */
  enter: ["send", "newline"],
  /** Single letters act on the message that has the focus. */
  letters: [true, false],
  /** Empty: as the browser says. */
  language: ["", "en", "de", "ru"],
} as const;

/** How wide the list of chats may be on a wide screen, in pixels. */
export const LIST = { least: 260, usual: 312, most: 420 } as const;

/** How this browser shows the app. Kept in local storage, as the privacy policy says. */
export type Preferences = { [K in keyof typeof CHOICES]: (typeof CHOICES)[K][number] } & {
  /** The width of the list of chats. */
  list: number;
};

const DEFAULT: Preferences = {
  theme: "system",
  contrast: "system",
  motion: "system",
  density: "comfortable",
  accent: "verdigris",
  text: USUAL_TEXT,
  // The keyboards of touch screens have no Shift+Enter.
  enter: matchMedia("(pointer: coarse)").matches ? "newline" : "send",
  letters: true,
  language: "",
  list: LIST.usual,
};

export const preferences = signal<Preferences>(sound(read()));

function read(): unknown {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** Of what was stored all that can be chosen, and what is usual in place of the rest. */
export function sound(stored: unknown): Preferences {
  const known = Object.entries(Object(stored)).filter(([key, value]) =>
    key === "list"
      ? typeof value === "number" && value >= LIST.least && value <= LIST.most
      : Object.hasOwn(CHOICES, key) && (CHOICES[key as keyof typeof CHOICES] as readonly unknown[]).includes(value),
  );
  return { ...DEFAULT, ...Object.fromEntries(known) };
}

const isDark = asked("(prefers-color-scheme: dark)");
const isStillDevice = asked("(prefers-reduced-motion: reduce)");

/** What the device prefers, as it changes. */
function asked(query: string): ReadonlySignal<boolean> {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener("change", () => {
    matches.value = media.matches;
  });
  return matches;
}

/** Whether nothing is to move, neither by a style sheet (`data-motion`) nor by a script. */
export const isStill = computed(() => preferences.value.motion === "reduced" || isStillDevice.value);

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
  effect(() => {
    const { theme: chosen, contrast, density, accent } = preferences.value;
    const theme = chosen === "system" ? (isDark.value ? "dark" : "light") : chosen;
    root.style.fontSize = `${USUAL_REM * textScale()}px`;
    atOnce(root, { theme, contrast, density, accent, motion: isStill.value ? "reduced" : "full" });
    for (const color of root.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      color.media = theme === color.dataset.theme ? "all" : "not all";
    }
  });
}

/** Without transitions: text would be in its new colour while what it stands on still has the old one. */
function atOnce(root: HTMLElement, shown: Record<string, string>): void {
  if (Object.entries(shown).every(([name, value]) => root.dataset[name] === value)) return;
  Object.assign(root.dataset, { ...shown, still: "" });
  void root.offsetHeight; // all styles are computed now
  delete root.dataset.still;
}
