"""Clearing: what somebody does away with for themselves, and what then is nobody's any more.

`purge_one` deletes from the database what all who are in a chat have cleared, and everything of a chat that nobody is
in; `withdraw_some` deletes for everyone what an author has taken back. Both go by rows that stay until they are done,
so that a crash costs nothing but time.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Actor, Nothing
from dialog.protocol.chats import Chat, ChatCleared, ChatKind, ChatLeft, ClearChat, DeleteChat, Mine, Role
from dialog.protocol.messages import Message
from dialog.service import command

from . import access, indexing, store
from .app import App
from .limits import spend
from .messages import delete_all
from .own import change
from .store.clearing import PurgeRow, WithdrawalRow

ROWS = 200
"""Messages deleted in one transaction."""
REACTIONS = 5000


@command
async def clear_chat(app: App, actor: Actor, command: ClearChat) -> Nothing:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        place = await access.own_place(tx, actor, command.chat_id)
        await _clear(tx, actor, place, replace(place.mine, cleared_seq=place.chat.head_seq))
        if command.delete_mine:
            tx.later(store.clearing.withdraw(place.chat.id, actor.user_id, place.chat.head_seq, now_ms()))
    return Nothing()


@command
async def delete_chat(app: App, actor: Actor, command: DeleteChat) -> Nothing:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        place = await access.own_place(tx, actor, command.chat_id)
        if place.chat.kind is not ChatKind.GROUP:
            head = place.chat.head_seq
            await _clear(tx, actor, place, replace(place.mine, cleared_seq=head, closed_seq=head))
            if command.delete_mine:
                tx.later(store.clearing.withdraw(place.chat.id, actor.user_id, head, now_ms()))
            return Nothing()
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        access.require(place, Role.OWNER)
        everybody = await store.members.of(tx, [command.chat_id])
        _end(tx, place.chat, [row.user_id for row in everybody])
    return Nothing()


async def _clear(tx: Transaction, actor: Actor, place: access.Place, mine: Mine) -> None:
    old = await store.preferences.locked(tx, actor.user_id, place.chat.id)
    change(tx, actor.user_id, place.chat.id, old, replace(old, draft=""))
    if mine == place.mine:
        return
    mine = replace(mine, mark=mine.mark + 1)
    chat_id, user_id = place.chat.id, actor.user_id
    tx.later(
        store.clearing.mark(chat_id, user_id, mine),
        store.hidden.forget_upto(chat_id, user_id, mine.cleared_seq),
        store.clearing.ask_purge(chat_id, now_ms()),
    )
    event = ChatCleared(chat_id=chat_id, cleared_seq=mine.cleared_seq, closed_seq=mine.closed_seq, mark=mine.mark)
    tx.publish(event, f"user.{user_id}")


def _end(tx: Transaction, chat: Chat, user_ids: Sequence[int]) -> None:
    """A group is over: everybody is out at once."""
    chat = replace(chat, rev=chat.rev + 1, member_count=0)
    tx.later(
        store.members.end_all(chat.id, chat.head_seq, chat.rev),
        store.preferences.forget(user_ids, chat.id),
        store.invites.forget_chat(chat.id),
        store.invites.forget_requests(chat.id),
        store.chats.move_members(chat),
        store.clearing.ask_purge(chat.id, now_ms()),
    )
    tx.publish(ChatLeft(chat_id=chat.id, rev=chat.rev), *(f"user.{user_id}" for user_id in user_ids))


async def purge_one(app: App, row: PurgeRow) -> bool:
    """Delete some of what nobody has any more. Whether there may be more in this chat."""
    async with app.db.transaction() as tx:
        chats = await store.chats.lock(tx, [row.chat_id])
        if not chats:
            tx.later(store.clearing.purged(row))
            return False
        floor = await store.clearing.floor(tx, row.chat_id)
        upto = floor.cleared_seq or 0 if floor.present else chats[row.chat_id].head_seq
        oldest = await store.clearing.oldest(tx, row.chat_id)
        if oldest is not None and oldest <= upto:
            await _purge(tx, row.chat_id, min(upto, oldest + ROWS - 1))
            return True
        tx.later(store.clearing.purged(row))
        if not floor.present:
            tx.later(
                store.hidden.forget_chat(row.chat_id),
                store.forwarded.forget_chat(row.chat_id),
                store.invites.forget_chat(row.chat_id),
                store.invites.forget_requests(row.chat_id),
                store.bans.forget_chat(row.chat_id),
                store.receipts.forget_chat(row.chat_id),
                store.preferences.forget_chat(row.chat_id),  # goes by the members
                *store.search.forget_chat(row.chat_id),
                store.clearing.forget_members(row.chat_id),
                store.chats.forget_group(row.chat_id),
                store.chats.delete(row.chat_id),
            )
        return False


async def _purge(tx: Transaction, chat_id: int, upto: int) -> None:
    reactions = store.reactions.forget_upto(chat_id, upto, REACTIONS)
    if await tx.execute(reactions.sql, **reactions.params) == REACTIONS:
        return  # the others are next
    [rows] = await tx.together([store.messages.between([(chat_id, 0, upto)])])
    tx.later(
        store.edits.forget_upto(chat_id, upto, 2**31),
        store.versions.forget_upto(chat_id, upto),
        store.pins.forget_upto(chat_id, upto),
        store.disappearing.forget_upto(chat_id, upto),
        *indexing.purged(chat_id, store.messages.read(rows), upto),
        store.messages.forget_upto(chat_id, upto, ROWS),
    )


def _goes(message: Message, row: WithdrawalRow) -> bool:
    """A notice is the group's own; but what an operator removes may be a title that it repeats."""
    return message.notice is None or row.by_operator


async def withdraw_some(app: App, row: WithdrawalRow) -> bool:
    """Delete some of an author's messages for everyone. Whether there may be more."""
    async with app.db.transaction() as tx:
        chats = await store.chats.lock(tx, [row.chat_id])
        found = await store.messages.of_author(tx, row.chat_id, row.author_id, row.after_nonce, ROWS)
        seqs = [one.seq for one in found if one.seq <= row.upto]
        if chats and seqs:
            stored = await store.messages.among(tx, row.chat_id, seqs)
            if left := [one for one in stored if one.message.deleted_at is None and _goes(one.message, row)]:
                by = None if row.by_operator else row.author_id
                delete_all(tx, chat := chats[row.chat_id], chat.barriers, left, by)
        if chats and len(found) == ROWS:
            tx.later(store.clearing.withdrawn(row, found[-1].nonce))
            return True
        tx.later(store.clearing.forget_withdrawal(row))
        return False
