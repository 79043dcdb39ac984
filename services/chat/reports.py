"""Reports of messages: what the reporter sees is copied at that moment, and auth keeps it."""

from dialog.protocol.base import Actor, Forbidden, Nothing, Refused
from dialog.protocol.messages import HIDDEN, Message
from dialog.protocol.moderation import CopiedMessage, FileReport
from dialog.protocol.reports import ReportMessage
from dialog.service import command

from . import access, store
from .app import App
from .shown import shown

CONTEXT = 5
"""Messages that are copied with the one that is reported, when the reporter gives them."""


@command
async def report_message(app: App, actor: Actor, command: ReportMessage) -> Nothing:
    async with app.db.transaction() as tx:
        place = await access.place_of(tx, actor, command.chat_id)
        message = (await access.seen_message(tx, actor, place, command.seq)).message
    if message.author_id == actor.user_id:
        raise Refused(Forbidden())
    before = await _before(app, actor, place, command.seq) if command.context else []
    copies = [
        CopiedMessage(chat_kind=place.chat.kind, chat_title=place.chat.title, message=one, reported=one is message)
        for one in (*before, message)
    ]
    report = FileReport(reporter_id=actor.user_id, reason=command.reason, comment=command.comment, copies=copies)
    await app.bus.call(report)
    return Nothing()


async def _before(app: App, actor: Actor, place: access.Place, seq: int) -> list[Message]:
    """The messages before one, as far as `actor` sees them, the oldest first."""
    async with app.reading:
        [rows] = await app.db.together([store.messages.before(place.chat.id, seq, CONTEXT, actor.user_id)])
        messages = await shown(app.db, actor.user_id, store.messages.read(rows), {place.chat.id: place.own})
    return [one for one in reversed(messages) if one.deleted_at is None and one.kind != HIDDEN]
