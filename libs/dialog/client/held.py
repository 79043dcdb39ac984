"""Events of a chat that came too early."""

from dialog.protocol.chats import ChatChanged, MemberChanged
from dialog.protocol.messages import MessageChanged, MessagePosted

HELD_EVENTS = 256
"""Events held per chat; what is beyond them is fetched."""

Numbered = MessagePosted | MessageChanged | MemberChanged | ChatChanged
"""The events that carry a chat's rev."""


def number_of(event: Numbered) -> tuple[int, int]:
    """The chat that it changes, and the rev."""
    if isinstance(event, ChatChanged):
        return event.chat.id, event.chat.rev
    changed = event.member if isinstance(event, MemberChanged) else event.message
    return changed.chat_id, changed.rev


class Held:
    """Events of one chat that came too early, and the highest rev that was heard of."""

    __slots__ = ("_events", "upto")

    def __init__(self) -> None:
        self._events: dict[int, Numbered] = {}
        self.upto = 0

    def __len__(self) -> int:
        return len(self._events)

    def put(self, rev: int, event: Numbered | None) -> None:
        """An event of this rev was heard, or that there is one."""
        self.upto = max(self.upto, rev)
        if event is not None and len(self._events) < HELD_EVENTS:
            self._events[rev] = event

    def get(self, rev: int) -> Numbered | None:
        return self._events.get(rev)

    def forget(self, upto: int) -> None:
        """What is not newer than that is known by now."""
        self._events = {rev: event for rev, event in self._events.items() if rev > upto}
