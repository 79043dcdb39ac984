"""How fast people may write, whom they hardly know, and what they may write to them while their account is new.

It is asked for every message, so it costs neither a statement nor a wait: an account's age is in its id, whether two
people are friends is in the row of their chat, and what was sent is counted by `dialog.paces`.
"""

import re

from msgspec import Struct

from dialog.cache import Rate
from dialog.ids import made_at, now_ms
from dialog.paces import Paces
from dialog.protocol.base import Failure, TooManyRequests
from dialog.protocol.chats import ChatKind
from dialog.protocol.messages import LinksRefused

from .store.chats import LockedChat

_LINK = re.compile(r"https?://", re.IGNORECASE)
"""Nothing else is a link to those who read it: see docs/markdown.md."""


class Manners(Struct, frozen=True):
    """The rules, and what was counted."""

    paces: Paces
    messages: Rate
    to_strangers: Rate
    new_for: float
    """Seconds for which an account is new."""

    def is_new(self, user_id: int) -> bool:
        """Whether somebody's account is new."""
        return now_ms() - made_at(user_id) < self.new_for * 1000

    def why_not(self, user_id: int, chat: LockedChat, text: str, *, forwarded: bool) -> Failure | None:
        """Why somebody may not post this now, if they may not; else it is counted."""
        wait = 0.0 if forwarded else self.paces.spend(f"messages:{user_id}", self.messages)
        if chat.kind is ChatKind.DIRECT and not chat.friends:
            if failure := self.why_no_link(user_id, text):
                return failure
            wait = wait or self.paces.spend(f"strangers:{user_id}", self.to_strangers)
        return TooManyRequests(retry_after=round(wait + 0.05, 1)) if wait else None

    def why_no_link(self, user_id: int, text: str) -> Failure | None:
        """Why somebody may not write this to somebody who is no friend, if they may not."""
        if _LINK.search(text) and self.is_new(user_id):
            return LinksRefused(until=made_at(user_id) + int(self.new_for * 1000))
        return None
