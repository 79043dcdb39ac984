type Policy = { createScriptURL(url: string): string };
type Factory = { createPolicy(name: string, rules: Policy): Policy };

/** The one place where an address may become a program: our own worker's. */
const policy: Policy = (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy("dialog", {
  createScriptURL(url) {
    if (new URL(url, location.origin).origin !== location.origin) throw new TypeError("not a program of ours");
    return url;
  },
}) ?? { createScriptURL: url => url };

export function trustedScript(url: string): string {
  return policy.createScriptURL(url);
}
