import { explain } from "../text/failures";
import { say } from "../ui/toasts";

/** Wait for what was asked, and say in passing why it failed. Tells whether it did not. */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    say(explain(error));
    return false;
  }
}
