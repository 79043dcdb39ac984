"""Scheduled messages: written now, posted at their time.

Whoever posts one claims its row first, so that it cannot be taken back any more, and then posts it like any message,
with the nonce of the row. That makes it one message however often it is tried: by two processes, or again after a
crash at any point.
"""

from msgspec.structs import replace

from dialog.crash import crash_point
from dialog.ids import new_id, now_ms
from dialog.log import get_logger
from dialog.protocol.base import Actor, NotFound, Nothing, Refused, Status, tag_of
from dialog.protocol.messages import SendMessage
from dialog.protocol.scheduled import (
    AlreadySent,
    ListScheduled,
    Scheduled,
    ScheduledChanged,
    ScheduledGone,
    ScheduledList,
    ScheduleFull,
    ScheduleMessage,
    TimeRefused,
    UnscheduleMessage,
)
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend
from .messages import check_text, send_message
from .store.scheduled import DueRow

DAY_MS = 86_400_000

_log = get_logger()


@command
async def schedule_message(app: App, actor: Actor, command: ScheduleMessage) -> Scheduled:
    check_text(app.config, command.text)
    await spend(app, actor, "tidying", app.config.tidying)
    if command.send_at - now_ms() > app.config.schedule_days * DAY_MS:
        raise Refused(TimeRefused(days=app.config.schedule_days))
    async with app.db.transaction() as tx:
        await access.own_place(tx, actor, command.chat_id)
        known = await store.scheduled.with_nonce(tx, actor.user_id, command.chat_id, command.nonce)
        if known:
            return known
        [rows] = await tx.together([store.scheduled.of(actor.user_id)])
        _check_room(app, store.scheduled.read(rows), command)
        scheduled = Scheduled(
            id=new_id(),
            chat_id=command.chat_id,
            nonce=command.nonce,
            text=command.text,
            reply_to=command.reply_to,
            mentions=command.mentions,
            mention_all=command.mention_all,
            send_at=command.send_at,
            failure=None,
        )
        tx.later(store.scheduled.insert(scheduled, actor.user_id))
        tx.publish(ScheduledChanged(scheduled=scheduled), f"user.{actor.user_id}")
    return scheduled


def _check_room(app: App, waiting: list[Scheduled], command: ScheduleMessage) -> None:
    """Raises Refused(ScheduleFull)."""
    limit, characters = app.config.scheduled, app.config.scheduled_characters
    if len(waiting) >= limit or sum(len(one.text) for one in waiting) + len(command.text) > characters:
        raise Refused(ScheduleFull(limit=limit, characters=characters))


@command
async def list_scheduled(app: App, actor: Actor, command: ListScheduled) -> ScheduledList:
    [rows] = await app.db.together([store.scheduled.of(actor.user_id)])
    return ScheduledList(scheduled=store.scheduled.read(rows))


@command
async def unschedule_message(app: App, actor: Actor, command: UnscheduleMessage) -> Nothing:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        claim = await store.scheduled.claim_of(tx, command.scheduled_id, actor.user_id)
        if claim is None:
            raise Refused(NotFound())
        if claim.claimed_at is not None:
            raise Refused(AlreadySent())
        tx.later(store.scheduled.forget(command.scheduled_id))
        tx.publish(ScheduledGone(scheduled_id=command.scheduled_id), f"user.{actor.user_id}")
    return Nothing()


async def post_due(app: App, due: DueRow) -> None:
    """Post one whose time has come, unless somebody else does or it was taken back."""
    now = now_ms()
    async with app.db.transaction() as tx:
        claimed = await store.scheduled.claim(tx, due.id, now, now - int(app.config.claim_seconds * 1000))
    if claimed is None:
        return
    crash_point("scheduled_claimed")
    message = SendMessage(
        chat_id=claimed.chat_id,
        nonce=claimed.nonce,
        text=claimed.text,
        reply_to=claimed.reply_to,
        mentions=claimed.mentions,
        mention_all=claimed.mention_all,
    )
    try:
        await send_message(app, Actor(user_id=due.author_id), message)
    except Refused as refused:
        await _refused(app, due.author_id, claimed, refused)
        return
    crash_point("scheduled_posted")
    async with app.db.transaction() as tx:
        tx.later(store.scheduled.forget(claimed.id))
        tx.publish(ScheduledGone(scheduled_id=claimed.id), f"user.{due.author_id}")


async def _refused(app: App, author_id: int, scheduled: Scheduled, refused: Refused) -> None:
    """Try again later what may work later; of the rest, tell the author. What may have been posted stays claimed."""
    match refused.failure.status:
        case Status.UNAVAILABLE | Status.INTERNAL:
            _log.warning("a scheduled message has to wait", scheduled=scheduled.id, reason=str(refused))
            return
        case Status.RATE_LIMITED:
            wait = max(1.0, getattr(refused.failure, "retry_after", 1.0))
            later = replace(scheduled, send_at=now_ms() + int(wait * 1000))
            statement = store.scheduled.postpone(later.id, later.send_at)
        case _:
            later = replace(scheduled, failure=tag_of(type(refused.failure)))
            statement = store.scheduled.fail(later.id, later.failure or "")
    async with app.db.transaction() as tx:
        tx.later(statement)
        tx.publish(ScheduledChanged(scheduled=later), f"user.{author_id}")
