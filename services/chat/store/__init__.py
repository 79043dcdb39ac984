"""All SQL of chat."""

from . import chats, members, messages

__all__ = ["chats", "members", "messages"]
