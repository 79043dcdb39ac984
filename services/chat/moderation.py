"""What operators have done here. Internal: auth asks for it, once it has noted who wants it and why."""

from msgspec.structs import replace

from dialog.ids import made_at, now_ms
from dialog.protocol.base import Actor, Nothing
from dialog.protocol.moderation import StopScheduled, TakeDown, TakeDownAll, UserSuspended
from dialog.protocol.scheduled import ScheduledChanged, ScheduledGone
from dialog.service import command, on

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
        if chats and found and found[0].message.deleted_at is None:
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
    await _stop(app, command.user_id, now_ms())
    return Nothing()


@on(UserSuspended)
async def user_suspended(app: App, fact: UserSuspended) -> None:
    """Heard late or twice, it does not touch what they have scheduled since they were let in again."""
    await _stop(app, fact.user_id, fact.since)


async def _stop(app: App, user_id: int, until: int) -> None:
    """Nothing is sent of what somebody had scheduled by then."""
    async with app.db.transaction() as tx:
        for scheduled in await store.scheduled.lock_waiting(tx, user_id):
            if scheduled.failure is None and made_at(scheduled.id) <= until:
                stopped = replace(scheduled, failure=SUSPENDED)
                tx.later(store.scheduled.fail(stopped.id, SUSPENDED))
                tx.publish(ScheduledChanged(scheduled=stopped), f"user.{user_id}")
