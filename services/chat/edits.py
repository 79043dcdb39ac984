"""What messages said before they were edited: see it, do away with it."""

from dialog.ids import now_ms
from dialog.protocol.base import Actor, Forbidden, Nothing, Refused
from dialog.protocol.messages import Edits, ListEdits, PurgeEdits
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend

DAY_MS = 86_400_000
AT_ONCE = 1000


@command
async def list_edits(app: App, actor: Actor, command: ListEdits) -> Edits:
    async with app.db.transaction() as tx:
        place = await access.place_of(tx, actor, command.chat_id)
        message = (await access.seen_message(tx, actor, place, command.seq)).message
        edits = await store.edits.of(tx, command.chat_id, command.seq)
    return Edits(edits=[edit for edit in edits if edit.version <= message.edits])


@command
async def purge_edits(app: App, actor: Actor, command: PurgeEdits) -> Nothing:
    await spend(app, actor, "deletions", app.config.deletions)
    async with app.db.transaction() as tx:
        place = await access.acting_in(tx, actor, command.chat_id)
        message = (await access.seen_message(tx, actor, place, command.seq)).message
        if message.author_id != actor.user_id:
            raise Refused(Forbidden())
        tx.later(store.edits.forget(command.chat_id, [command.seq]))
    return Nothing()


async def forget_old(app: App) -> bool:
    """Drop what was replaced long ago. Whether there may be more."""
    before = now_ms() - app.config.edit_history_days * DAY_MS
    return await store.edits.forget_old(app.db, before, AT_ONCE) == AT_ONCE
