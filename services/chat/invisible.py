"""Invisible people: how far they receive and read is for their own devices, until they are visible again.

Or until they do something that shows them: see acts.py.
"""

from dialog.ids import now_ms
from dialog.protocol.base import Actor, Nothing
from dialog.protocol.internal import ApplyStatus, GetStatuses, PersonStatus
from dialog.protocol.presence import Choice, UserVisibilityChanged
from dialog.service import command, on

from . import store
from .app import App
from .pointers import receipt_of
from .store.receipts import Moved
from .ticks import owe


@command
async def apply_status(app: App, _actor: Actor, command: ApplyStatus) -> Nothing:
    """Asked before auth answers, so that nothing comes through once it has; the fact makes sure of it."""
    await _apply(app, command.person)
    return Nothing()


@on(UserVisibilityChanged)
async def visibility_changed(app: App, fact: UserVisibilityChanged) -> None:
    for person in (await app.bus.call(GetStatuses(user_ids=fact.user_ids))).people:
        await _apply(app, person)


async def _apply(app: App, person: PersonStatus) -> None:
    """Note it, and tell of somebody visible what was withheld meanwhile. What a block withholds stays so."""
    now, user_id = now_ms(), person.user_id
    invisible = person.status.at(now).status is Choice.INVISIBLE
    async with app.db.transaction() as tx:
        if await store.receipts.note_invisible(tx, user_id, invisible=invisible, rev=person.status.rev):
            return
        withheld = await store.receipts.withheld(tx, user_id)
        if withheld:
            tx.later(store.receipts.move([Moved(pointer) for _, pointer in withheld], now))
        told = [(chat, pointer) for chat, pointer in withheld if pointer.shows]
        debt = owe(tx, [chat for chat, _ in told])
    for chat, pointer in told:
        app.ticks.add(chat, receipt_of(pointer), debt)
