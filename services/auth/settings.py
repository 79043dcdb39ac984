"""Privacy settings."""

from msgspec.structs import replace

from dialog.protocol.accounts import MeChanged, UserChanged
from dialog.protocol.base import Actor, Refused, Unauthenticated
from dialog.protocol.settings import (
    EditSettings,
    GetSettings,
    Settings,
    SettingsChanged,
    SettingsEdited,
    SettingsNow,
)
from dialog.service import command

from . import access, store
from .app import App
from .config import Config
from .store.people import Person
from .views import whole


def settings_of(config: Config, person: Person) -> Settings:
    """What somebody has chosen, or else the defaults."""
    return Settings(
        who_may_write=person.who_may_write or config.who_may_write,
        who_may_add=person.who_may_add or config.who_may_add,
        who_may_call=person.who_may_call or config.who_may_call,
        who_sees_last_seen=person.who_sees_last_seen or config.who_sees_last_seen,
        who_sees_profile=person.who_sees_profile or config.who_sees_profile,
        read_receipts=person.read_receipts is not False,
        typing=person.typing is not False,
    )


@command
async def get_settings(app: App, actor: Actor, command: GetSettings) -> SettingsNow:
    for me in await store.people.people(app.db, [access.caller(actor)]):
        return SettingsNow(settings=settings_of(app.config, me), rev=me.people_rev)
    raise Refused(Unauthenticated())


@command
async def edit_settings(app: App, actor: Actor, command: EditSettings) -> SettingsNow:
    await access.within(app, f"people:{access.caller(actor)}", app.config.people_changes)
    async with app.db.transaction() as tx:
        await access.signed_in(app, tx, actor)
        [me] = await store.people.people(tx, [actor.user_id])
        settings = settings_of(app.config, me)
        chosen = {name: value for name in Settings.__struct_fields__ if (value := getattr(command, name)) is not None}
        edited = replace(settings, **chosen)
        if edited == settings:
            return SettingsNow(settings=settings, rev=me.people_rev)
        rev = me.people_rev + 1
        tx.later(store.people.put_settings(me.id, edited), store.people.count_on([me.id]))
        tx.publish(SettingsEdited(settings=edited, rev=rev), f"user.{me.id}")
        tx.tell(SettingsChanged(user_id=me.id, read_receipts=edited.read_receipts, typing=edited.typing, rev=rev))
        if edited.who_sees_profile is not settings.who_sees_profile:
            tx.later(store.people.raise_rev(me.id))
            tx.publish(MeChanged(user=replace(whole(me), rev=me.rev + 1)), f"user.{me.id}")
            tx.tell(UserChanged(user_id=me.id))
    return SettingsNow(settings=edited, rev=rev)
