"""What operators have done here. Internal: auth asks for it, once it has noted who wants it and why."""

from msgspec.structs import replace

from dialog.ids import now_ms
from dialog.protocol.base import Actor, NotFound, Nothing, Refused
from dialog.protocol.moderation import StopScheduled, TakeDown, TakeDownAll
from dialog.protocol.scheduled import ScheduledChanged, ScheduledGone
from dialog.service import command

from . import store
from .app import App
from .messages import delete_all

SUSPENDED = "suspended"
"""What became of a scheduled message whose author may not sign in."""


@command
async def take_down(app: App, _actor: Actor, command: TakeDown) -> Nothing:
    async with app.db.transaction() as tx:
        chats = await store.chats.lock(tx, [command.chat_id])
        found = await store.messages.among(tx, command.chat_id, [command.seq])
        if not found or command.chat_id not in chats:
            raise Refused(NotFound())
        if found[0].message.deleted_at is None:
            delete_all(tx, chat := chats[command.chat_id], chat.barriers, found, None)
    return Nothing()


@command
async def take_down_all(app: App, _actor: Actor, command: TakeDownAll) -> Nothing:
    """A row per chat, which the workers take on: the deleting itself outlives every process."""
    async with app.db.transaction() as tx:
        for scheduled in await store.scheduled.lock_waiting(tx, command.user_id):
            tx.later(store.scheduled.forget(scheduled.id))
            tx.publish(ScheduledGone(scheduled_id=scheduled.id), f"user.{command.user_id}")
        tx.later(store.clearing.withdraw_everywhere(command.user_id, now_ms()))
    return Nothing()


@command
async def stop_scheduled(app: App, _actor: Actor, command: StopScheduled) -> Nothing:
    async with app.db.transaction() as tx:
        for scheduled in await store.scheduled.lock_waiting(tx, command.user_id):
            stopped = replace(scheduled, failure=SUSPENDED)
            tx.later(store.scheduled.fail(stopped.id, SUSPENDED))
            tx.publish(ScheduledChanged(scheduled=stopped), f"user.{command.user_id}")
    return Nothing()
