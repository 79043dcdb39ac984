"""Preferences: how each person wants a chat. Told to their own devices only."""

from msgspec.structs import replace

from dialog.ids import now_ms
from dialog.protocol.base import Actor, Refused
from dialog.protocol.preferences import Preferences, SetDraft, SetPreferences, TooManyPinned
from dialog.service import command

from . import access, store
from .app import App
from .limits import spend
from .own import change

CHOICES = ("muted_until", "level", "archived", "important", "marked_unread")


@command
async def set_preferences(app: App, actor: Actor, command: SetPreferences) -> Preferences:
    await spend(app, actor, "preferring", app.config.preferring)
    given = {name: value for name in CHOICES if (value := getattr(command, name)) is not None}
    async with app.db.transaction() as tx:
        await access.own_place(tx, actor, command.chat_id)
        old = await store.preferences.locked(tx, actor.user_id, command.chat_id)
        if command.pinned is not None and command.pinned != bool(old.pinned_at):
            if command.pinned and await store.preferences.pinned(tx, actor.user_id) >= app.config.pinned_chats:
                raise Refused(TooManyPinned(limit=app.config.pinned_chats))
            given["pinned_at"] = now_ms() if command.pinned else 0
        return change(tx, actor.user_id, command.chat_id, old, replace(old, **given))


@command
async def set_draft(app: App, actor: Actor, command: SetDraft) -> Preferences:
    await spend(app, actor, "preferring", app.config.preferring)
    async with app.db.transaction() as tx:
        await access.own_place(tx, actor, command.chat_id)
        old = await store.preferences.locked(tx, actor.user_id, command.chat_id)
        return change(tx, actor.user_id, command.chat_id, old, replace(old, draft=command.text))
