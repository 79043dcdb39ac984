"""Reactions: an emoji below a message."""

from typing import Annotated

from msgspec import Meta

from .base import Command, Failure, Id, Seq, Status, Wire
from .messages import Message

Emoji = Annotated[str, Meta(min_length=1, max_length=32)]
"""One from the Unicode list. However it is spelt there, it is kept in its fully qualified form."""


class AddReaction(Command[Message], tag="reaction.add"):
    """React to a message. Doing so twice is the same as once."""

    chat_id: Id
    seq: Id
    emoji: Emoji


class RemoveReaction(Command[Message], tag="reaction.remove"):
    """Take a reaction back."""

    chat_id: Id
    seq: Id
    emoji: Emoji


class Reacted(Wire):
    """Who reacted with one emoji, by id. `more`: ask again `after` the last of them."""

    user_ids: list[Id]
    mine: bool
    """Whether you did."""
    more: bool


class ListReactions(Command[Reacted], tag="reaction.list"):
    """Everybody who reacted to a message with one emoji."""

    chat_id: Id
    seq: Id
    emoji: Emoji
    after: Seq = 0


class EmojiRefused(Failure, tag="emoji_refused"):
    """That is not an emoji of the Unicode list."""


class TooManyReactions(Failure, tag="too_many_reactions"):
    """A message has at most `limit` kinds of reactions."""

    status = Status.CONFLICT
    limit: int
