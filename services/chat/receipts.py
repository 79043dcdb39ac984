"""Receipts: who has received and read what."""

import asyncio

from msgspec.structs import replace

from dialog.db import rows_as
from dialog.ids import now_ms
from dialog.protocol.base import MAX_ID, Actor, Invalid, NotFound, Nothing, Refused
from dialog.protocol.frames import encode_event
from dialog.protocol.messages import HIDDEN
from dialog.protocol.receipts import (
    RECEIPT_MEMBERS,
    ChatsRecounted,
    DeliveredReceipt,
    ListReceipts,
    ReadReceipt,
    Receipts,
    ReceiptsSwitched,
    ReceiptsUntold,
    SwitchUntold,
)
from dialog.service import command, on

from . import access, store
from .app import App
from .barriers import BLOCKED
from .pointers import Move, receipt_of, shown_to
from .shown import shown
from .store.receipts import Pointer
from .ticks import Waiting, owe

SWITCHED_TOGETHER = 200
"""Chats told in one transaction."""
ID_DIGITS = len(str(MAX_ID))


@command
async def read_receipt(app: App, actor: Actor, command: ReadReceipt) -> Nothing:
    if not await app.receipts.add(Move(command.chat_id, actor.user_id, command.seq, command.seq)):
        raise Refused(NotFound())
    return Nothing()


@command
async def delivered_receipt(app: App, actor: Actor, command: DeliveredReceipt) -> Nothing:
    if not all(chat_id.isascii() and chat_id.isdecimal() and len(chat_id) <= ID_DIGITS for chat_id in command.chats):
        raise Refused(Invalid(detail="The keys of `chats` are chat ids"))
    await asyncio.gather(
        *(app.receipts.add(Move(int(chat_id), actor.user_id, seq)) for chat_id, seq in command.chats.items())
    )
    return Nothing()


@command
async def list_receipts(app: App, actor: Actor, command: ListReceipts) -> Receipts:
    place = await access.member_of(app.db, actor, command.chat_id)
    viewer = await app.viewers.add(actor.user_id)
    [rows] = await app.db.together([store.messages.at([(command.chat_id, command.seq)], actor.user_id)])
    hidden_from = [row["hidden_from"] for row in rows]
    found = await shown(app.db, actor.user_id, store.messages.read(rows), {command.chat_id: place.own})
    if not found or found[0].kind == HIDDEN:
        raise Refused(NotFound())
    pointers = await store.receipts.of_message(app.db, command.chat_id, command.seq, found[0].author_id)
    seen, _ = shown_to(viewer.onlooker(place.chat), pointers)
    seen = [replace(one, delivered_seq=0, read_seq=0) if one.user_id in hidden_from else one for one in seen]
    return Receipts(
        people=len(seen),
        delivered=sum(one.delivered_seq >= command.seq for one in seen),
        read=sum(one.read_seq >= command.seq for one in seen),
        receipts=seen if place.chat.member_count <= RECEIPT_MEMBERS else [],
    )


@on(SwitchUntold)
async def tell_switch(app: App, fact: SwitchUntold) -> None:
    """Tell those in their chats whether somebody shows receipts, and how far they have come if so.

    Between the two of a direct chat between whom there is a block nothing passes. Heard twice it says the same twice.
    """
    shown = await store.receipts.shows(app.db, fact.user_id)
    found = await store.receipts.of_person(app.db, fact.user_id)
    for start in range(0, len(found), SWITCHED_TOGETHER):
        part = found[start : start + SWITCHED_TOGETHER]
        async with app.db.transaction() as tx:
            now = now_ms()
            tx.later(store.receipts.touch(fact.user_id, [chat.id for chat, _, _ in part], now, told_at=now))
            open_to = [(chat, barriers, pointer) for chat, barriers, pointer in part if not barriers & BLOCKED]
            for chat, barriers, _ in open_to:
                event = ReceiptsSwitched(chat_id=chat.id, user_id=fact.user_id, shown=shown)
                tx.publish(event, *access.topics(chat, barriers))
            told = [(chat, pointer) for chat, _, pointer in open_to if shown and pointer.delivered_seq]
            debt = owe(tx, [chat for chat, _ in told])
        for chat, pointer in told:
            app.ticks.add(chat, receipt_of(pointer), debt)
    if found:
        await app.bus.publish(f"user.{fact.user_id}", encode_event(ChatsRecounted()))


@on(ReceiptsUntold)
async def tell_again(app: App, fact: ReceiptsUntold) -> None:
    """Tell how far everybody is by now. Heard twice it says the same twice, and clients only ever go forward."""
    chats = [chat for chat_id in fact.chat_ids if (chat := await store.chats.get(app.db, chat_id))]
    waiting = {chat.id: Waiting(chat, {}) for chat in chats if chat.member_count <= RECEIPT_MEMBERS}
    if not waiting:
        return
    [rows] = await app.db.together([store.receipts.pointers_in(list(waiting))])
    for pointer in rows_as(Pointer, rows):
        if pointer.shows:
            waiting[pointer.chat_id].receipts[pointer.user_id] = receipt_of(pointer)
    await app.ticks.tell(list(waiting.values()))
