/** The username that somebody typed: without capitals, and without the sign that it is shown with. */
export function asUsername(typed: string): string {
  return typed.trim().replace(/^@/, "").toLowerCase();
}
