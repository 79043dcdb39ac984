"""Pairs: what auth says of the two people of a direct chat, copied into its row."""

from dialog.db import Database, Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Actor, NotFound, Nothing, Refused
from dialog.protocol.chats import Chat
from dialog.protocol.internal import ApplyPair, GetStandings, Pair, PairChanged, Standing
from dialog.protocol.receipts import ChatsRecounted, SwitchUntold
from dialog.protocol.settings import SettingsChanged
from dialog.service import command, on

from . import access, store
from .app import App
from .barriers import Barrier, make_aware

ASK_AT_ONCE = 1000


@command
async def apply_pair(app: App, _actor: Actor, command: ApplyPair) -> Nothing:
    """Asked before auth answers, so that nothing comes through once it has; the fact makes sure of it."""
    await _apply(app.db, command.pair)
    return Nothing()


@on(PairChanged)
async def pair_changed(app: App, fact: PairChanged) -> None:
    await _apply(app.db, fact.pair)


async def _apply(db: Database, pair: Pair) -> None:
    await _set_blocks(db, pair)
    chat_id = await store.chats.direct_chat_id(db, pair.low_id, pair.high_id)
    if chat_id is not None:
        said = (pair.low_blocks, pair.high_blocks, pair.low_refuses, pair.high_refuses)
        await store.chats.set_barriers(db, chat_id, _bits(*said), pair.version, friends=pair.friends)


async def _set_blocks(db: Database, pair: Pair) -> None:
    """Note who of the two blocks the other, or that nobody does, lest what is older be heard of later."""
    if pair.friends:
        return  # whoever blocked the other has unblocked them before, which is noted for itself
    async with db.transaction() as tx:
        for block in await store.blocks.locked(tx, pair.low_id, pair.high_id):
            if block.version >= pair.version:
                continue
            active = pair.low_blocks if block.blocker_id == pair.low_id else pair.high_blocks
            tx.later(store.blocks.change(block.blocker_id, block.blocked_id, pair.version, active=active))
            if active != block.active:
                await _count_anew(tx, block.blocker_id, block.blocked_id)


async def _count_anew(tx: Transaction, blocker_id: int, blocked_id: int) -> None:
    """What is unread to the blocker in chats of both has changed. They hear from auth that they block, and may have
    asked for the numbers since then, but before this."""
    if chat_ids := await store.members.shared(tx, blocker_id, blocked_id):
        tx.later(store.receipts.touch(blocker_id, chat_ids, now_ms()))
        tx.publish(ChatsRecounted(), f"user.{blocker_id}")


@on(SettingsChanged)
async def settings_changed(app: App, fact: SettingsChanged) -> None:
    """Whether they show receipts, and who may write to them: for everybody they have a direct chat with."""
    async with app.db.transaction() as tx:
        if await store.receipts.choose(tx, fact.user_id, shows=fact.read_receipts, rev=fact.rev):
            tx.tell(SwitchUntold(user_id=fact.user_id))
    partners = await app.partners.add(fact.user_id)
    for start in range(0, len(partners), ASK_AT_ONCE):
        asked = GetStandings(user_id=fact.user_id, other_ids=partners[start : start + ASK_AT_ONCE])
        for standing in (await app.bus.call(asked)).standings:
            await _set(app.db, fact.user_id, standing)


async def _set(db: Database, user_id: int, standing: Standing) -> None:
    low_id, high_id = sorted((user_id, standing.user_id))
    chat_id = await store.chats.direct_chat_id(db, low_id, high_id)
    if chat_id is not None:
        barriers = bits_of(user_id, standing)
        await store.chats.set_barriers(db, chat_id, barriers, standing.version, friends=standing.friends)


async def between(app: App, user_id: int, other_id: int) -> Standing:
    """How somebody stands to another. Raises Refused(NotFound)."""
    found = await app.bus.call(GetStandings(user_id=user_id, other_ids=[other_id]))
    if not found.standings:
        raise Refused(NotFound())
    return found.standings[0]


async def refresh(app: App, user_id: int, other_id: int) -> None:
    """Look once more at the two of a chat that was just made: what changed meanwhile found no chat to be copied to."""
    await _set(app.db, user_id, await between(app, user_id, other_id))


def bits_of(user_id: int, standing: Standing) -> int:
    """The barriers between somebody and the one they stand so to."""
    own = (standing.blocks, not standing.lets_write)
    theirs = (standing.blocked, not standing.may_write)
    low, high = (own, theirs) if user_id < standing.user_id else (theirs, own)
    return _bits(low[0], high[0], low[1], high[1])


def _bits(*said: bool) -> int:
    names = (Barrier.LOW_BLOCKS, Barrier.HIGH_BLOCKS, Barrier.LOW_REFUSES, Barrier.HIGH_REFUSES)
    return sum(barrier for barrier, is_so in zip(names, said, strict=True) if is_so)


async def enter(app: App, actor: Actor, chat_id: int) -> Chat:
    """A direct chat for one of its two people, who may have been kept unaware of it. Raises Refused(NotFound)."""
    try:
        return (await access.member_of(app.db, actor, chat_id)).chat
    except Refused as refused:
        if not isinstance(refused.failure, NotFound):
            raise
    async with app.db.transaction() as tx:
        place, seat = await access.known_or_not(tx, actor.user_id, chat_id)
        chat = store.chats.known(place.chat, seat.kept)
        await make_aware(tx, chat, actor.user_id)
    return chat
