"""Disappearing messages: a time set per chat, after which what is said there is deleted for everyone."""

from msgspec.structs import replace

from dialog.protocol.base import Actor
from dialog.protocol.chats import Chat, ChatChanged, ChatKind, SetDisappearing
from dialog.protocol.notices import DisappearingSet
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .barriers import blocker_of
from .limits import spend
from .messages import delete_all
from .notices import post_notice


@command
@visible
async def set_disappearing(app: App, actor: Actor, command: SetDisappearing) -> Chat:
    await spend(app, actor, "managing", app.config.managing)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        access.may_set_disappearing(place)
        if place.chat.disappear_after == command.after:
            return place.chat
        chat = replace(place.chat, rev=place.chat.rev + 1, disappear_after=command.after)
        blocker_id = blocker_of(chat, place.barriers, actor.user_id) if place.barriers else None
        if blocker_id:
            tx.later(store.members.keep_behind(place.chat, blocker_id, chat.rev))
        tx.publish(ChatChanged(chat=chat), *access.topics(chat, place.barriers, blocker_id))
        if chat.kind is ChatKind.GROUP:
            chat = post_notice(tx, chat, actor.user_id, DisappearingSet(after=command.after))
        tx.later(store.chats.set_disappearing(chat))
        return chat


async def expire(app: App, chat_id: int, seqs: list[int]) -> None:
    """Delete messages of a chat whose time has come. What another process has deleted meanwhile stays as it is."""
    async with app.db.transaction() as tx:
        chats = await store.chats.lock(tx, [chat_id])
        messages = await store.messages.among(tx, chat_id, seqs)
        if left := [one for one in messages if one.message.deleted_at is None]:
            delete_all(tx, chat := chats[chat_id], chat.barriers, left, by=None)
        tx.later(store.disappearing.forget(chat_id, seqs))
