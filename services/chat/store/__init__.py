"""All SQL of chat."""

from . import chats, members, messages, preferences, receipts

__all__ = ["chats", "members", "messages", "preferences", "receipts"]
