"""Messages: send, edit, delete, history."""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from dialog.db import Statement, Transaction
from dialog.ids import now_ms
from dialog.names import can_be_seen
from dialog.protocol.base import Actor, Forbidden, Invalid, NotFound, Refused
from dialog.protocol.chats import Chat, ChatKind
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import (
    DeleteMessage,
    EditConflict,
    EditMessage,
    EditWindowOver,
    Forwarded,
    History,
    Message,
    MessageChanged,
    MessageHistory,
    SendMessage,
    TextRefused,
    TextTooLong,
)
from dialog.service import command

from . import access, indexing, store
from .acts import visible
from .app import App, Config
from .barriers import blocker_of, kept_from
from .limits import spend
from .mentions import mentioned, mentions_all
from .posting import Post
from .shown import shown
from .store.chats import LockedChat
from .store.messages import Stored

Act = Callable[[Message], Message]
"""What somebody makes of a message."""
HOUR_MS = 3_600_000
EDITS_KEPT = 50
"""Versions of one message."""
PROBES = 64
"""Messages looked at together to find one by its time."""
ONE_PLACE = "Give at most one of `before`, `after`, `around` and `at`"


def check_text(config: Config, text: str) -> None:
    """Raises Refused(TextTooLong) or Refused(TextRefused)."""
    if len(text) > config.text_length:
        raise Refused(TextTooLong(limit=config.text_length))
    if "\0" in text or not can_be_seen(text):
        raise Refused(TextRefused())


@command
@visible
async def send_message(app: App, actor: Actor, command: SendMessage) -> Message:
    return await post(app, actor, command)


async def post(app: App, actor: Actor, command: SendMessage, forwarded: Forwarded | None = None) -> Message:
    """The one way into a chat, for whatever is said. Raises Refused."""
    check_text(app.config, command.text)
    if mentions_all(command):
        access.may_mention_all(await access.member_of(app.db, actor, command.chat_id))
    return await app.posting.add(Post(user_id=actor.user_id, command=command, forwarded=forwarded))


@command
@visible
async def edit_message(app: App, actor: Actor, command: EditMessage) -> Message:
    check_text(app.config, command.text)
    await spend(app, actor, "edits", app.config.edits)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        seen = await access.seen_message(tx, actor, place, command.seq)
        message = seen.message
        if message.author_id != actor.user_id or message.notice:
            raise Refused(Forbidden())
        now = now_ms()
        is_over = now - message.sent_at > app.config.edit_hours * HOUR_MS
        if is_over and place.chat.kind is not ChatKind.SAVED:
            raise Refused(EditWindowOver(hours=app.config.edit_hours))
        edited = replace(
            message,
            text=command.text,
            mentions=await _mentioned(tx, command),
            mentions_all=mentions_all(command),
            edited_at=message.edited_at,
        )
        if edited == message:  # as when an edit is repeated whose answer was lost
            return message
        access.may_write(place, actor)
        if command.if_edits not in (None, message.edits):
            raise Refused(EditConflict(edits=message.edits))
        if edited.mentions_all:
            access.may_mention_all(place)
        await _may_link(app, tx, place.chat, edited)
        tx.later(store.edits.put(message, now))
        if message.edits >= EDITS_KEPT:
            tx.later(store.edits.forget_before(message.chat_id, message.seq, message.edits + 2 - EDITS_KEPT))
        said = {"text": edited.text, "mentions": edited.mentions, "mentions_all": edited.mentions_all}
        return change(tx, place, seen, lambda one: replace(one, **said, edits=one.edits + 1, edited_at=now))


async def _may_link(app: App, tx: Transaction, chat: Chat, edited: Message) -> None:
    """What may not be sent may not be edited in. Raises Refused(LinksRefused)."""
    failure = app.manners.why_no_link(edited.author_id, edited.text) if chat.kind is ChatKind.DIRECT else None
    if failure and not await store.chats.are_friends(tx, chat.id):
        raise Refused(failure)


async def _mentioned(tx: Transaction, command: EditMessage) -> tuple[int, ...]:
    if not command.mentions:
        return ()
    return mentioned(command, await store.members.present_among(tx, command.chat_id, command.mentions))


@command
@visible
async def delete_message(app: App, actor: Actor, command: DeleteMessage) -> Message:
    await spend(app, actor, "deletions", app.config.deletions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        found = await store.messages.get(tx, command.chat_id, command.seq, actor.user_id)
        if found is None:
            raise Refused(NotFound())
        message = found.message
        access.may_delete(place, actor, 0 if message.notice else message.author_id)  # a notice is the group's own
        if message.deleted_at is not None:
            return message
        return delete_all(tx, place.chat, place.barriers, [found], actor.user_id)[0]


def delete_all(
    tx: Transaction, chat: Chat | LockedChat, barriers: int, messages: Sequence[Stored], by: int | None
) -> list[Message]:
    """Delete messages (at least one) of a chat that we hold: of each, nothing is left but that it was there."""
    now = now_ms()
    seqs = [stored.message.seq for stored in messages]
    tx.later(
        store.reactions.forget(chat.id, seqs),
        store.edits.forget(chat.id, seqs),
        store.versions.forget(chat.id, seqs),
        store.pins.forget(chat.id, seqs),
        store.disappearing.forget(chat.id, seqs),
    )
    deleted = [replace(stored, message=_tombstone(stored.message, now, by)) for stored in messages]
    for stored, tombstone in zip(messages, deleted, strict=True):
        tx.later(*indexing.changed(stored.message, tombstone.message))
    return _change_all(tx, chat, barriers, deleted)


def _tombstone(message: Message, now: int, by: int | None) -> Message:
    return Message(
        chat_id=message.chat_id,
        seq=message.seq,
        rev=message.rev,
        author_id=message.author_id,
        kind=message.kind,
        text="",
        sent_at=message.sent_at,
        nonce=message.nonce,
        deleted_at=now,
        deleted_by=by,
    )


def change(tx: Transaction, place: access.Place, seen: access.Seen, act: Act) -> Message:
    """Store and tell what a message is now, as the next change of its chat. Answers it as the one who acts sees it.

    Whoever blocks them, in a direct chat, does not hear of it: to them the message stays what it was.
    """
    chat = replace(place.chat, rev=place.chat.rev + 1)
    message = replace(act(seen.stored), rev=chat.rev)
    tx.later(store.messages.change(message), store.chats.move_rev(chat), *indexing.changed(seen.stored, message))
    blocker_id = blocker_of(chat, place.barriers, seen.viewer) if place.barriers else None
    hidden_from = seen.hidden_from or blocker_id
    if hidden_from is not None:
        tx.later(*kept_from(place.chat, message, hidden_from))
        if seen.hidden_from is None and hidden_from not in seen.versions:
            tx.later(store.versions.put(hidden_from, seen.stored))
    elif gone := seen.versions.keys() - {seen.viewer}:
        tx.later(*(store.versions.drop(message, user_id) for user_id in gone))
    if (own := seen.versions.get(seen.viewer)) is None:
        tx.publish(MessageChanged(message=message), *access.topics(chat, place.barriers, hidden_from))
        return message
    own = replace(act(own), rev=chat.rev)
    tx.later(store.versions.put(seen.viewer, own))
    tx.publish(MessageChanged(message=own), f"user.{seen.viewer}")
    others = (topic for topic in access.topics(chat, place.barriers, hidden_from) if topic != f"user.{seen.viewer}")
    tx.publish(MessageChanged(message=message), *others)
    return own


def _change_all(tx: Transaction, chat: Chat | LockedChat, barriers: int, changed: Iterable[Stored]) -> list[Message]:
    """Store and tell what several messages of a chat are now, each a change of its own."""
    messages: list[Message] = []
    for stored in changed:
        before, chat = chat, replace(chat, rev=chat.rev + 1)
        message = replace(stored.message, rev=chat.rev)
        messages.append(message)
        tx.later(store.messages.change(message))
        if stored.hidden_from is not None:
            tx.later(*kept_from(before, message, stored.hidden_from))
        tx.publish(MessageChanged(message=message), *access.topics(chat, barriers, stored.hidden_from))
    tx.later(store.chats.move_rev(chat))
    return messages


@command
async def message_history(app: App, actor: Actor, command: MessageHistory) -> History:
    place = await access.member_of(app.db, actor, command.chat_id)
    if command.at is not None:
        command = await _around_time(app, place, command, command.at)
    older, newer = _pages(command, actor.user_id)
    async with app.reading:
        found = await app.db.together([page for page in (older, newer) if page])
        before = trim(store.messages.read(found[0]), app.config.reply_bytes) if older else []
        after = trim(store.messages.read(found[-1]), app.config.reply_bytes) if newer else []
        messages = await shown(app.db, actor.user_id, [*reversed(before), *after], {place.chat.id: place.own})
    first = place.mine.cleared_seq + 1
    return History(messages=messages, more=_is_more(messages, first, place.chat.head_seq, bool(older), bool(newer)))


async def _around_time(app: App, place: access.Place, command: MessageHistory, at: int) -> MessageHistory:
    """The same page by number: around the first message that was sent then or later, or around the last one.

    Messages are in the order of their times, so the place is narrowed down, by PROBES at once: what is before `since`
    was sent before, or is not there any more; what is from `until` on was not.
    """
    if (command.before, command.after, command.around) != (None, None, None):
        raise Refused(Invalid(detail=ONE_PLACE))
    since, until = place.mine.cleared_seq + 1, place.chat.head_seq + 1
    while since < until:
        step = -(-(until - since) // PROBES)
        probes = range(since, until, step)
        async with app.reading:
            [rows] = await app.db.together([store.messages.sent_since(place.chat.id, probes, at)])
        first = rows[0]["seq"] if rows else None
        since = max((seq + 1 for seq in probes if first is None or seq < first), default=since)
        until = first if first is not None else until
    return replace(command, at=None, around=max(1, min(until, place.chat.head_seq)))


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
            raise Refused(Invalid(detail=ONE_PLACE))


def trim(messages: list[Message], limit: int) -> list[Message]:
    """As many of the first messages as take `limit` bytes together, at least one."""
    total = 0
    for number, message in enumerate(messages):
        total += len(ENCODER.encode(message))
        if total > limit and number:
            return messages[:number]
    return messages


def _is_more(messages: list[Message], first_seq: int, head_seq: int, older: bool, newer: bool) -> bool:
    if not messages:
        return False
    return (older and messages[0].seq > first_seq) or (newer and messages[-1].seq < head_seq)
