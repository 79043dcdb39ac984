"""Reactions: add, remove, list. The message's row holds their sums, `reactions` who gave them."""

from collections.abc import Iterator
from itertools import chain

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Actor, Refused
from dialog.protocol.messages import Message, Reaction
from dialog.protocol.reactions import (
    AddReaction,
    EmojiRefused,
    ListReactions,
    Reacted,
    RemoveReaction,
    TooManyReactions,
)
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .emoji import qualified
from .limits import spend
from .messages import change

KINDS = 20
"""Emoji below one message."""
NAMED = 20
"""People named with each."""
PAGE = 200


@command
@visible
async def add_reaction(app: App, actor: Actor, command: AddReaction) -> Message:
    emoji = _emoji(command.emoji)
    await spend(app, actor, "reactions", app.config.reactions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        seen = await access.seen_message(tx, actor, place, command.seq)
        if await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id):
            return seen.message
        access.may_touch(place, actor)
        held = seen.stored.reactions
        if len(held) >= KINDS and not any(one.emoji == emoji for one in held):
            raise Refused(TooManyReactions(limit=KINDS))
        tx.later(store.reactions.put(command.chat_id, command.seq, emoji, actor.user_id, now_ms()))
        return change(
            tx, place, seen, lambda one: replace(one, reactions=tuple(_added(one.reactions, emoji, actor.user_id)))
        )


def _added(reactions: tuple[Reaction, ...], emoji: str, user_id: int) -> Iterator[Reaction]:
    fresh = [] if any(one.emoji == emoji for one in reactions) else [Reaction(emoji=emoji, count=0, user_ids=())]
    for one in chain(reactions, fresh):
        if one.emoji != emoji:
            yield one
        elif one.count < NAMED:
            yield Reaction(emoji=emoji, count=one.count + 1, user_ids=(*one.user_ids, user_id))
        else:
            yield replace(one, count=one.count + 1)


@command
@visible
async def remove_reaction(app: App, actor: Actor, command: RemoveReaction) -> Message:
    emoji = _emoji(command.emoji)
    await spend(app, actor, "reactions", app.config.reactions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        seen = await access.seen_message(tx, actor, place, command.seq)
        if not await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id):
            return seen.message
        tx.later(store.reactions.take(command.chat_id, command.seq, emoji, actor.user_id))
        after = await _after(tx, seen.stored, emoji, actor.user_id)
        return change(
            tx,
            place,
            seen,
            lambda one: replace(one, reactions=tuple(_taken(one.reactions, emoji, actor.user_id, after))),
        )


async def _after(tx: Transaction, message: Message, emoji: str, user_id: int) -> tuple[int, ...]:
    """Who moves up among those who are named with an emoji when this person no longer is."""
    for one in message.reactions:
        if one.emoji == emoji and user_id in one.user_ids and one.count > len(one.user_ids):
            first = await store.reactions.first(tx, message.chat_id, message.seq, emoji, NAMED + 1)
            return tuple(first[len(one.user_ids) :])
    return ()


def _taken(reactions: tuple[Reaction, ...], emoji: str, user_id: int, after: tuple[int, ...]) -> Iterator[Reaction]:
    for one in reactions:
        if one.emoji != emoji:
            yield one
        elif one.count > 1:
            named = tuple(who for who in one.user_ids if who != user_id) + after
            yield replace(one, count=one.count - 1, user_ids=named[:NAMED])


@command
async def list_reactions(app: App, actor: Actor, command: ListReactions) -> Reacted:
    emoji = _emoji(command.emoji)
    async with app.db.transaction() as tx:
        place = await access.place_of(tx, actor, command.chat_id)
        seen = await access.seen_message(tx, actor, place, command.seq)
        if actor.user_id in seen.versions:  # of a direct chat: all who react are named
            return _named(seen.message, emoji, actor.user_id)
        mine = await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id)
        found = await store.reactions.page(tx, command.chat_id, command.seq, emoji, after=command.after, limit=PAGE + 1)
    return Reacted(user_ids=found[:PAGE], mine=mine, more=len(found) > PAGE)


def _named(message: Message, emoji: str, user_id: int) -> Reacted:
    found = [who for one in message.reactions if one.emoji == emoji for who in one.user_ids]
    return Reacted(user_ids=found, mine=user_id in found, more=False)


def _emoji(text: str) -> str:
    """Raises Refused(EmojiRefused)."""
    emoji = qualified(text)
    if emoji is None:
        raise Refused(EmojiRefused())
    return emoji
