import { preferences } from "../store/preferences";
import { actionsFor, isLetter, type MessageAction } from "../store/shortcuts";

/** What was asked for with keys that were pressed on a message. Letters ask for something where one wants them to. */
export function askedOf(event: KeyboardEvent): MessageAction | undefined {
  const [action] = actionsFor("messages", event);
  return isLetter(event) && !preferences.peek().letters ? undefined : action;
}
