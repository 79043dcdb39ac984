/** The version of docs/privacy-policy.txt, as new accounts accept it. */
export const POLICY_VERSION = "2026-11-01";
