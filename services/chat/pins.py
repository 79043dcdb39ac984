"""Pins: what a chat wants to find again."""

from msgspec.structs import replace

from dialog.ids import now_ms
from dialog.protocol.base import Actor, Refused
from dialog.protocol.messages import ListPins, Message, Messages, PinMessage, TooManyPins, UnpinMessage
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .limits import spend
from .messages import change, trim
from .shown import shown


@command
@visible
async def pin_message(app: App, actor: Actor, command: PinMessage) -> Message:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        access.may_pin(place)
        seen = await access.seen_message(tx, actor, place, command.seq)
        if seen.message.pinned_at is not None:
            return seen.message
        access.may_touch(place, actor)
        if len(await store.pins.of(tx, command.chat_id)) >= app.config.pins:
            raise Refused(TooManyPins(limit=app.config.pins))
        now = now_ms()
        tx.later(store.pins.put(command.chat_id, command.seq, now))
        return change(tx, place, seen, lambda one: replace(one, pinned_at=now))


@command
@visible
async def unpin_message(app: App, actor: Actor, command: UnpinMessage) -> Message:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        access.may_pin(place)
        seen = await access.seen_message(tx, actor, place, command.seq)
        if seen.message.pinned_at is None:
            return seen.message
        tx.later(store.pins.forget(command.chat_id, [command.seq]))
        return change(tx, place, seen, lambda one: replace(one, pinned_at=None))


@command
async def list_pins(app: App, actor: Actor, command: ListPins) -> Messages:
    place = await access.member_of(app.db, actor, command.chat_id)
    seqs = [seq for seq in await store.pins.of(app.db, command.chat_id) if seq > place.mine.cleared_seq]
    if not seqs:
        return Messages(messages=[])
    async with app.reading:
        [rows] = await app.db.together([store.messages.at([(command.chat_id, seq) for seq in seqs], actor.user_id)])
        newest_first = sorted(store.messages.read(rows), key=lambda message: -message.seq)
        seen = await shown(app.db, actor.user_id, newest_first, {command.chat_id: place.own})
    found = [message for message in seen if message.pinned_at is not None]  # a hidden one says nothing
    return Messages(messages=trim(found, app.config.reply_bytes)[::-1])
