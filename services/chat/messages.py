"""Messages: send, edit, delete, history."""

from msgspec.structs import replace

from dialog.db import Statement, Transaction, rows_as
from dialog.ids import now_ms
from dialog.names import can_be_seen
from dialog.protocol.base import Actor, Forbidden, Invalid, NotFound, Refused
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    EditWindowOver,
    History,
    Message,
    MessageChanged,
    MessageHistory,
    SendMessage,
    TextRefused,
    TextTooLong,
)
from dialog.service import command

from . import access, store
from .app import App, Config
from .barriers import kept_from
from .posting import Post

HOUR_MS = 3_600_000


def check_text(config: Config, text: str) -> None:
    """Raises Refused(TextTooLong) or Refused(TextRefused)."""
    if len(text) > config.text_length:
        raise Refused(TextTooLong(limit=config.text_length))
    if "\0" in text or not can_be_seen(text):
        raise Refused(TextRefused())


@command
async def send_message(app: App, actor: Actor, command: SendMessage) -> Message:
    check_text(app.config, command.text)
    return await app.posting.add(Post(user_id=actor.user_id, command=command))


@command
async def edit_message(app: App, actor: Actor, command: EditMessage) -> Message:
    check_text(app.config, command.text)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        message, hidden_from = await store.messages.get(tx, command.chat_id, command.seq, actor.user_id)
        if message is None or message.deleted_at is not None:
            raise Refused(NotFound())
        if message.author_id != actor.user_id:
            raise Refused(Forbidden())
        now = now_ms()
        if now - message.sent_at > app.config.edit_hours * HOUR_MS:
            raise Refused(EditWindowOver(hours=app.config.edit_hours))
        return _change(tx, place, replace(message, text=command.text, edited_at=now), hidden_from)


@command
async def delete_message(app: App, actor: Actor, command: DeleteMessage) -> Message:
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        message, hidden_from = await store.messages.get(tx, command.chat_id, command.seq, actor.user_id)
        if message is None:
            raise Refused(NotFound())
        access.may_delete(place, actor, message.author_id)
        if message.deleted_at is not None:
            return message
        deleted = replace(message, text="", reply_to=None, edited_at=None, deleted_at=now_ms())
        return _change(tx, place, deleted, hidden_from)


def _change(tx: Transaction, place: access.Place, changed: Message, hidden_from: int | None) -> Message:
    """Store and tell what a message is now, as the next change of its chat."""
    chat = replace(place.chat, rev=place.chat.rev + 1)
    message = replace(changed, rev=chat.rev)
    tx.later(store.messages.change(message), store.chats.move_rev(chat))
    if hidden_from is not None:
        tx.later(*kept_from(place.chat, message, hidden_from))
    tx.publish(MessageChanged(message=message), *access.topics(chat, place.barriers, hidden_from))
    return message


@command
async def message_history(app: App, actor: Actor, command: MessageHistory) -> History:
    place = await access.member_of(app.db, actor, command.chat_id)
    older, newer = _pages(command, actor.user_id)
    async with app.reading:
        found = await app.db.together([page for page in (older, newer) if page])
    before = trim(rows_as(Message, found[0]), app.config.reply_bytes) if older else []
    after = trim(rows_as(Message, found[-1]), app.config.reply_bytes) if newer else []
    messages = [*reversed(before), *after]
    return History(messages=messages, more=_is_more(messages, place.chat.head_seq, bool(older), bool(newer)))


def _pages(command: MessageHistory, viewer: int) -> tuple[Statement | None, Statement | None]:
    """The statements for what lies before and after the place that is asked for. Raises Refused(Invalid)."""
    chat_id, limit = command.chat_id, command.limit
    match command.before, command.after, command.around:
        case None, None, None:
            return store.messages.newest(chat_id, limit, viewer), None
        case int(seq), None, None:
            return store.messages.before(chat_id, seq, limit, viewer), None
        case None, int(seq), None:
            return None, store.messages.after(chat_id, seq, limit, viewer)
        case None, None, int(seq):
            half = max(1, limit // 2)
            return store.messages.before(chat_id, seq, half, viewer), store.messages.after(
                chat_id, seq - 1, max(1, limit - half), viewer
            )
        case _:
            raise Refused(Invalid(detail="Give at most one of `before`, `after` and `around`"))


def trim(messages: list[Message], limit: int) -> list[Message]:
    """As many of the first messages as take `limit` bytes together, at least one."""
    total = 0
    for number, message in enumerate(messages):
        total += len(ENCODER.encode(message))
        if total > limit and number:
            return messages[:number]
    return messages


def _is_more(messages: list[Message], head_seq: int, older: bool, newer: bool) -> bool:
    if not messages:
        return False
    return (older and messages[0].seq > 1) or (newer and messages[-1].seq < head_seq)
