"""What people chose to show: set and asked for."""

from contextlib import suppress

from msgspec.structs import replace

from dialog.ids import now_ms
from dialog.names import clean_line
from dialog.protocol.base import Actor, Refused, TooLarge
from dialog.protocol.internal import ApplyStatus, GetStatuses, PersonStatus, Statuses
from dialog.protocol.presence import STATUS_TEXT, ChosenStatus, GetStatus, SetStatus, UntilRefused
from dialog.service import command

from . import access, store
from .app import FEW, App
from .choosing import Wish

FURTHEST = 366 * 86_400_000
"""Milliseconds that a status may last if it is to end by itself."""


@command
async def set_status(app: App, actor: Actor, command: SetStatus) -> ChosenStatus:
    """Choose what others see; it replaces all that was chosen before."""
    now = now_ms()
    text = clean_line(command.text)
    if len(text) > STATUS_TEXT:  # NFC makes some letters longer
        raise Refused(TooLarge(limit=STATUS_TEXT))
    if command.until is not None and not now < command.until <= now + FURTHEST:
        raise Refused(UntilRefused())
    await access.within(app, f"status:{access.caller(actor)}", app.config.status_changes)
    wish = Wish(access.caller(actor), actor.session_id, command.status, text, command.until)
    change = await app.choosing.add(wish)
    if change.hides_or_shows():
        # chat hears the fact as well; but once this is answered no receipt may come through any more.
        with suppress(Refused):
            await app.bus.call_briefly(ApplyStatus(person=PersonStatus(user_id=wish.user_id, status=change.after)))
    return change.after


@command
async def get_status(app: App, actor: Actor, command: GetStatus) -> ChosenStatus:
    """What the caller chose to show."""
    [own] = await app.statuses.add([access.caller(actor)])
    return own.status.at(now_ms())


@command
async def get_statuses(app: App, actor: Actor, command: GetStatuses) -> Statuses:
    """What these people chose to show. Those who ask for a few at once share a statement."""
    if not command.user_ids:
        return Statuses(people=[])
    if len(command.user_ids) > FEW:
        [found] = await store.statuses.together(app.db, [command.user_ids])
    else:
        found = await app.statuses.add(command.user_ids)
    now = now_ms()
    return Statuses(people=[replace(one, status=one.status.at(now)) for one in found])
