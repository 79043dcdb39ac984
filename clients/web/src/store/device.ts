const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** What this browser is called in the list of somebody's devices. */
export function deviceName(userAgent: string): string {
  const name = (known: [RegExp, string][]) => known.find(([pattern]) => pattern.test(userAgent))?.[1];
  return [name(BROWSERS) ?? "Browser", name(SYSTEMS)].filter(Boolean).join(" on ");
}

/** Whether there are keys to type with. Where they are drawn on the screen they cover half of it. */
export function hasKeys(): boolean {
  return matchMedia("(hover: hover)").matches;
}
