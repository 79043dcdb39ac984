"""All SQL of chat."""

from . import bans, chats, invites, members, messages

__all__ = ["bans", "chats", "invites", "members", "messages"]
