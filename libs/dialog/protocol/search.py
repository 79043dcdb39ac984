"""Search: find what was said, in all chats that one may read."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .base import Command, Failure, Id, Millis, Seq, Wire
from .messages import Message


class Has(StrEnum):
    """What a message may have besides words."""

    LINK = "link"
    MENTION = "mention"
    PIN = "pin"
    REACTION = "reaction"


class SearchPlace(Wire):
    """Where a page of results ends. To be handed back as it is."""

    at: Millis
    chat_id: Id
    seq: Seq


class SearchPage(Wire):
    """What was found, the newest first."""

    messages: list[Message]
    next: SearchPlace | None
    """Where to go on; null at the end. A page may hold less than was asked for, or nothing, and not be the last."""


class SearchMessages(Command[SearchPage], tag="message.search"):
    """Find messages that say all of this. What was sent a moment ago may take a second to be found.

    Upper and lower case and accents do not count. What stands in quotation marks is found as it stands there; the last
    word outside of them may be the beginning of one. Languages without spaces are found by any part of a sentence.
    Who wrote it, where and when are fields of their own: it is the client that knows names, titles and time zones, and
    makes them from what was typed as `from:`, `in:`, `has:`, `before:` and `after:`.
    """

    text: str = ""
    """May be empty where `from_id` or `has` is given."""
    from_id: Id | None = None
    chat_id: Id | None = None
    """Only in this chat."""
    has: Annotated[list[Has], Meta(max_length=4)] = []
    """All of these."""
    before: Millis | None = None
    """Only what was sent before that moment."""
    after: Millis | None = None
    """Only what was sent then or later."""
    page: SearchPlace | None = None
    """The `next` of the page before, asked for with the same other fields."""
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class SearchEmpty(Failure, tag="search_empty"):
    """There is nothing to look for: no word, no author and nothing that messages should have."""
