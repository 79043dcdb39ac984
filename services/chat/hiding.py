"""Hiding: what somebody does not want to see again, on any of their devices."""

from msgspec.structs import replace

from dialog.protocol.base import Actor, NotFound, Nothing, Refused
from dialog.protocol.messages import HideMessages, MessagesHidden
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend


@command
async def hide_messages(app: App, actor: Actor, command: HideMessages) -> Nothing:
    await spend(app, actor, "tidying", app.config.tidying)
    async with app.db.transaction() as tx:
        place = await access.own_place(tx, actor, command.chat_id)
        chat_id, mine = place.chat.id, place.mine
        if max(command.seqs) > place.chat.head_seq:
            raise Refused(NotFound())
        wanted = {seq for seq in command.seqs if seq > mine.cleared_seq}
        if wanted:
            places = [(chat_id, seq) for seq in wanted]
            wanted -= {seq for _, seq in await store.hidden.among(tx, actor.user_id, places)}
        if not wanted:
            return Nothing()
        seqs = sorted(wanted)
        mine = replace(mine, mark=mine.mark + 1)
        tx.later(store.hidden.put(chat_id, actor.user_id, seqs), store.clearing.mark(chat_id, actor.user_id, mine))
        tx.publish(MessagesHidden(chat_id=chat_id, seqs=seqs, mark=mine.mark), f"user.{actor.user_id}")
    return Nothing()
