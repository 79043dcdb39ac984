"""All SQL of chat."""

from . import (
    bans,
    chats,
    clearing,
    disappearing,
    edits,
    forwarded,
    hidden,
    invites,
    members,
    messages,
    pins,
    preferences,
    reactions,
    receipts,
    scheduled,
    versions,
)

__all__ = [
    "bans",
    "chats",
    "clearing",
    "disappearing",
    "edits",
    "forwarded",
    "hidden",
    "invites",
    "members",
    "messages",
    "pins",
    "preferences",
    "reactions",
    "receipts",
    "scheduled",
    "versions",
]
