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
async def add_reaction(app: App, actor: Actor, command: AddReaction) -> Message:
    emoji = _emoji(command.emoji)
    await spend(app, actor, "reactions", app.config.reactions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        message = await access.seen_message(tx, actor, place, command.seq)
        if await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id):
            return message
        held = next((one for one in message.reactions if one.emoji == emoji), None)
        if held is None and len(message.reactions) >= KINDS:
            raise Refused(TooManyReactions(limit=KINDS))
        tx.later(store.reactions.put(command.chat_id, command.seq, emoji, actor.user_id, now_ms()))
        return change(tx, place, replace(message, reactions=tuple(_added(message.reactions, emoji, actor.user_id))))


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
async def remove_reaction(app: App, actor: Actor, command: RemoveReaction) -> Message:
    emoji = _emoji(command.emoji)
    await spend(app, actor, "reactions", app.config.reactions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        message = await access.seen_message(tx, actor, place, command.seq)
        if not await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id):
            return message
        tx.later(store.reactions.take(command.chat_id, command.seq, emoji, actor.user_id))
        left = [
            await _without(tx, message, one, actor.user_id) if one.emoji == emoji else one for one in message.reactions
        ]
        return change(tx, place, replace(message, reactions=tuple(one for one in left if one.count)))


async def _without(tx: Transaction, message: Message, reaction: Reaction, user_id: int) -> Reaction:
    """The reaction without one of its people; whoever comes next moves up among those who are named."""
    named = reaction.user_ids
    if user_id in named and reaction.count > len(named):
        named = await store.reactions.first(tx, message.chat_id, message.seq, reaction.emoji, NAMED + 1)
    left = tuple(one for one in named if one != user_id)
    return replace(reaction, count=reaction.count - 1, user_ids=left[:NAMED])


@command
async def list_reactions(app: App, actor: Actor, command: ListReactions) -> Reacted:
    emoji = _emoji(command.emoji)
    async with app.db.transaction() as tx:
        place = await access.place_of(tx, actor, command.chat_id)
        await access.seen_message(tx, actor, place, command.seq)
        mine = await store.reactions.has(tx, command.chat_id, command.seq, emoji, actor.user_id)
        found = await store.reactions.page(tx, command.chat_id, command.seq, emoji, after=command.after, limit=PAGE + 1)
    return Reacted(user_ids=found[:PAGE], mine=mine, more=len(found) > PAGE)


def _emoji(text: str) -> str:
    """Raises Refused(EmojiRefused)."""
    emoji = qualified(text)
    if emoji is None:
        raise Refused(EmojiRefused())
    return emoji
