import type { Id, User } from "../protocol";
import { store } from "../store/app";
import { useComputed } from "../store/hooks";
import { t } from "../text/i18n";
import { asUsername } from "../text/usernames";
import { Pick, PickList } from "../ui/PickList";

/** So many are shown; whoever has more friends writes a letter of a name. */
const SHOWN = 50;

interface Props {
  /** What their names have to contain. */
  wanted: string;
  /** Those who are picked; without it nobody stays picked. */
  picked?: readonly User[];
  /** Not to be picked. */
  without?: ReadonlySet<Id>;
  onPick: (friend: User) => void;
}

/** One's friends, to pick some of them. It is nothing when there are none of that name. */
export function FriendPicker({ wanted, picked, without, onPick }: Props) {
  const friends = useComputed(() => friendsCalled(asUsername(wanted)), [wanted]);
  const shown = friends.filter(({ id }) => !without?.has(id)).slice(0, SHOWN);
  if (!shown.length) return null;
  return (
    <PickList label={t("friends.title")}>
      {shown.map(friend => (
        <Pick
          key={friend.id}
          id={friend.id}
          name={friend.display_name}
          note={`@${friend.username}`}
          isPicked={picked?.some(one => one.id === friend.id)}
          onPick={() => onPick(friend)}
        />
      ))}
    </PickList>
  );
}

/** To be read within a computation. */
function friendsCalled(wanted: string): User[] {
  return store.relations
    .values()
    .filter(({ state, blocked }) => state === "friend" && !blocked)
    .map(({ user }) => store.people.at(user.id).value ?? user)
    .filter(user => user.username.includes(wanted) || user.display_name.toLowerCase().includes(wanted))
    .sort((one, other) => one.display_name.localeCompare(other.display_name));
}
