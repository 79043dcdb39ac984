"""All SQL of chat."""

from . import chats, clearing, disappearing, edits, forwarded, hidden, members, messages, pins, reactions, scheduled

__all__ = [
    "chats",
    "clearing",
    "disappearing",
    "edits",
    "forwarded",
    "hidden",
    "members",
    "messages",
    "pins",
    "reactions",
    "scheduled",
]
