"""Messages: what is said in a chat."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Failure, Id, Millis, Nothing, Seq, Status, Wire
from .notices import Notice

Nonce = Annotated[str, Meta(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$(?!\n)")]
"""Made by the client (a UUID, say), unique per author and chat for ever; compared byte by byte."""

Text = Annotated[str, Meta(min_length=1)]
"""What was typed, kept byte for byte."""


Mentions = Annotated[list[Id], Meta(max_length=50)]
"""People who are to be told. One counts if the text names them, as `<@id>`, and they are in the chat."""

Seqs = Annotated[list[Id], Meta(min_length=1, max_length=100)]

TEXT = "text"
HIDDEN = "hidden"


class Forwarded(Wire):
    """Who wrote a forwarded message, and when. Where is not told: who reads this may not be there."""

    author_id: Id
    sent_at: Millis


class Reaction(Wire):
    """What people reacted with. `user_ids` are the first 20 of the `count`; `reaction.list` tells all."""

    emoji: str
    count: int
    user_ids: tuple[Id, ...]


class Message(Wire, omit_defaults=True):
    """A message as it now is. Its identity is `(chat_id, seq)`; a deleted one is an empty tombstone.

    What is left out has its default.
    """

    chat_id: Id
    seq: Seq
    rev: Seq
    """Of its last change."""
    author_id: Id
    kind: str
    """`text`; `system` for what a group tells of itself: it has no text but a `notice`; `hidden` for one that you have
    hidden: it says no more."""
    text: str
    sent_at: Millis
    nonce: str
    reply_to: Seq | None = None
    edited_at: Millis | None = None
    deleted_at: Millis | None = None
    notice: Notice | None = None
    deleted_by: Id | None = None
    """Null when it disappeared by itself or was removed by the operators."""
    edits: int = 0
    """How often it was edited: what `if_edits` compares."""
    mentions: tuple[Id, ...] = ()
    """Members whom its author wants to be told."""
    mentions_all: bool = False
    forwarded: Forwarded | None = None
    reactions: tuple[Reaction, ...] = ()
    """In the order in which each was first given."""
    pinned_at: Millis | None = None
    expires_at: Millis | None = None
    """When it disappears for everyone."""


def hidden(message: Message) -> Message:
    """What somebody who has hidden a message is shown in its place."""
    return Message(
        chat_id=message.chat_id,
        seq=message.seq,
        rev=message.rev,
        author_id=message.author_id,
        kind=HIDDEN,
        text="",
        sent_at=message.sent_at,
        nonce=message.nonce,
    )


class Messages(Wire):
    messages: list[Message]


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
    mentions: Mentions = []
    mention_all: bool = False
    """Tell everybody; the text says `<@all>`. In a group, for its owner and admins."""


class EditMessage(Command[Message], tag="message.edit"):
    """Replace the text of your own message, and with it whom it mentions. What it said before can be seen."""

    chat_id: Id
    seq: Id
    text: Text
    mentions: Mentions = []
    mention_all: bool = False
    if_edits: Annotated[int, Meta(ge=0)] | None = None
    """The message's `edits` as you know them: refused when another edit came first."""


class DeleteMessage(Command[Message], tag="message.delete"):
    """Remove a message for everyone. Its text is gone from the database when this answers; a tombstone stays."""

    chat_id: Id
    seq: Id


class MessageHistory(Command[History], tag="message.history"):
    """A page of a chat: `before` or `after` a `seq`, `around` one, around the first that was sent `at` a time or later,
    or the newest page when none is given."""

    chat_id: Id
    before: Id | None = None
    after: Seq | None = None
    around: Id | None = None
    at: Millis | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Edit(Wire):
    """What a message said before it was edited. `version` counts from 1."""

    version: int
    text: str
    written_at: Millis


class Edits(Wire):
    """Oldest first."""

    edits: list[Edit]


class ListEdits(Command[Edits], tag="message.edits"):
    """What a message said before. Kept for 30 days, the newest 50, and only while its author lets it be."""

    chat_id: Id
    seq: Id


class PurgeEdits(Command[Nothing], tag="message.purge_edits"):
    """Do away with what your message said before."""

    chat_id: Id
    seq: Id


class ForwardMessages(Command[Messages], tag="message.forward"):
    """Post copies of messages in another chat, in the order given. The copies live on when the originals do not."""

    chat_id: Id
    """Where to."""
    nonce: Nonce
    """Of the whole command: each copy gets one of its own that follows from it."""
    from_chat_id: Id
    seqs: Seqs


class HideMessages(Command[Nothing], tag="message.hide"):
    """Never see these again, on none of your devices. Others see them as before."""

    chat_id: Id
    seqs: Seqs


class PinMessage(Command[Message], tag="message.pin"):
    """Pin a message for everyone. In a group, for those whom `may_pin` names."""

    chat_id: Id
    seq: Id


class UnpinMessage(Command[Message], tag="message.unpin"):
    """Take a pin out."""

    chat_id: Id
    seq: Id


class ListPins(Command[Messages], tag="message.pins"):
    """The pinned messages of a chat, the newest message last."""

    chat_id: Id


class MessagesHidden(Event, tag="message.hidden"):
    """You hid these on one of your devices. `mark` is the next one of your `Mine` in the chat."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    seqs: list[Id]
    mark: Seq


class MessagePosted(Event, tag="message.posted"):
    """A new message. The author's window replaces its outbox entry with that `nonce`."""

    audience: ClassVar[Audience] = Audience.CHAT
    message: Message
    nonce: str


class MessageChanged(Event, tag="message.changed"):
    """The whole message as it now is: edited, deleted, reacted to, pinned."""

    audience: ClassVar[Audience] = Audience.CHAT
    message: Message


class TextRefused(Failure, tag="text_refused"):
    """A text must show something, and not contain NUL."""


class TextTooLong(Failure, tag="text_too_long"):
    status = Status.TOO_LARGE
    limit: int


class LinksRefused(Failure, tag="links_refused"):
    """Until then your account is too new to send links to people who are not your friends."""

    status = Status.FORBIDDEN
    until: Millis


class ReplyRefused(Failure, tag="reply_refused"):
    """There is no such message in this chat to reply to."""


class EditWindowOver(Failure, tag="edit_window_over"):
    """Messages can be edited for `hours` after they were sent."""

    status = Status.FORBIDDEN
    hours: int


class EditConflict(Failure, tag="edit_conflict"):
    """The message was edited meanwhile: it is at `edits` now."""

    status = Status.CONFLICT
    edits: int


class TooManyPins(Failure, tag="too_many_pins"):
    status = Status.CONFLICT
    limit: int


class NotAccepting(Failure, tag="not_accepting"):
    """This person takes no messages from you: their settings allow them to friends only, say."""

    status = Status.FORBIDDEN
