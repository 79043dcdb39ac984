/** What the session is kept as. */
export const SESSION = "dialog.session";

/**
 * Where this browser keeps what is of the one who is signed in. Of somebody who is not to stay signed in it is the storage
 * of each tab, which ends with the browser.
 */
export function ownStorage(): Storage {
  return localStorage.getItem(SESSION) ? localStorage : sessionStorage;
}
