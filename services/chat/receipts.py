"""Receipts: who has received and read what."""

import asyncio

from dialog.protocol.base import MAX_ID, Actor, Invalid, NotFound, Nothing, Refused
from dialog.protocol.messages import HIDDEN
from dialog.protocol.receipts import RECEIPT_MEMBERS, DeliveredReceipt, ListReceipts, ReadReceipt, Receipts
from dialog.service import command

from . import access, store
from .app import App
from .pointers import Move, shown_to
from .shown import shown

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
    [rows] = await app.db.together([store.messages.at([(command.chat_id, command.seq)], actor.user_id)])
    found = await shown(app.db, actor.user_id, store.messages.read(rows), {command.chat_id: place.own})
    if not found or found[0].kind == HIDDEN:
        raise Refused(NotFound())
    pointers = await store.receipts.of_message(app.db, command.chat_id, command.seq, found[0].author_id)
    seen, _ = shown_to(actor.user_id, pointers)
    return Receipts(
        people=len(seen),
        delivered=sum(one.delivered_seq >= command.seq for one in seen),
        read=sum(one.read_seq >= command.seq for one in seen),
        receipts=seen if place.chat.member_count <= RECEIPT_MEMBERS else [],
    )
