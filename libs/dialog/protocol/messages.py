"""Messages: what is said in a chat."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Failure, Id, Millis, Seq, Status, Wire

Nonce = Annotated[str, Meta(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$(?!\n)")]
"""Made by the client (a UUID, say), unique per author and chat for ever; compared byte by byte."""

Text = Annotated[str, Meta(min_length=1)]
"""What was typed, kept byte for byte."""


class Message(Wire):
    """A message as it now is. Its identity is `(chat_id, seq)`; a deleted one is an empty tombstone."""

    chat_id: Id
    seq: Seq
    rev: Seq
    """Of its last change."""
    author_id: Id
    kind: str
    """`text`"""
    text: str
    sent_at: Millis
    nonce: str
    reply_to: Seq | None = None
    edited_at: Millis | None = None
    deleted_at: Millis | None = None


class History(Wire):
    """Messages in the order of their `seq`. `more`: there are others beyond this page, in the direction asked for."""

    messages: list[Message]
    more: bool


class SendMessage(Command[Message], tag="message.send"):
    """Post to a chat. `nonce` makes a retry harmless: it returns the original message."""

    chat_id: Id
    nonce: Nonce
    text: Text
    reply_to: Annotated[int, Meta(ge=1, le=2**53 - 1)] | None = None


class EditMessage(Command[Message], tag="message.edit"):
    """Replace the text of your own message."""

    chat_id: Id
    seq: Id
    text: Text


class DeleteMessage(Command[Message], tag="message.delete"):
    """Remove a message for everyone. Its text is gone from the database when this answers; a tombstone stays."""

    chat_id: Id
    seq: Id


class MessageHistory(Command[History], tag="message.history"):
    """A page of a chat: `before` or `after` a `seq`, `around` one, or the newest page when none is given."""

    chat_id: Id
    before: Id | None = None
    after: Seq | None = None
    around: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class MessagePosted(Event, tag="message.posted"):
    """A new message. The author's window replaces its outbox entry with that `nonce`."""

    audience: ClassVar[Audience] = Audience.CHAT
    message: Message
    nonce: str


class MessageChanged(Event, tag="message.changed"):
    """The whole message as it now is: edited, deleted."""

    audience: ClassVar[Audience] = Audience.CHAT
    message: Message


class TextRefused(Failure, tag="text_refused"):
    """A text must show something, and not contain NUL."""


class TextTooLong(Failure, tag="text_too_long"):
    status = Status.TOO_LARGE
    limit: int


class ReplyRefused(Failure, tag="reply_refused"):
    """There is no such message in this chat to reply to."""


class EditWindowOver(Failure, tag="edit_window_over"):
    """Messages can be edited for `hours` after they were sent."""

    status = Status.FORBIDDEN
    hours: int


class NotAccepting(Failure, tag="not_accepting"):
    """This person takes no messages from you: their settings allow them to friends only, say."""

    status = Status.FORBIDDEN
