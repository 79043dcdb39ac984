"""What a group is called, and how it works."""

from typing import Any

from msgspec.structs import replace

from dialog.db import Transaction
from dialog.names import clean_line, clean_lines
from dialog.protocol.base import Actor, Forbidden, Refused, TooLarge
from dialog.protocol.chats import Chat, ChatChanged, EditChat, TitleRefused
from dialog.protocol.notices import GroupDescribed, GroupRenamed, SettingsChanged
from dialog.protocol.roles import Role
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .limits import spend
from .notices import post_notice

TITLE_LENGTH = 128
DESCRIPTION_LENGTH = 1024


@command
@visible
async def edit_chat(app: App, actor: Actor, command: EditChat) -> Chat:
    await spend(app, actor, "managing", app.config.managing)
    wanted = _wanted(command)
    async with app.db.transaction() as tx:
        place = await access.group_of(tx, actor, command.chat_id)
        changed = {name: value for name, value in wanted.items() if value != getattr(place.chat, name)}
        _check(place, wanted, changed)
        if not changed:
            return place.chat
        chat = replace(place.chat, rev=place.chat.rev + 1, **changed)
        tx.publish(ChatChanged(chat=chat), *access.topics(chat))
        chat = _tell(tx, chat, actor.user_id, changed)
        tx.later(store.chats.change(chat))
        return chat


def _wanted(command: EditChat) -> dict[str, Any]:
    """What the command asks for. Raises Refused(TitleRefused, TooLarge)."""
    named = {name: getattr(command, name) for name in EditChat.__struct_fields__ if name != "chat_id"}
    wanted = {name: value for name, value in named.items() if value is not None}
    if "title" in wanted:
        wanted["title"] = clean_title(wanted["title"])
    if "description" in wanted:
        wanted["description"] = clean_lines(wanted["description"])
        if len(wanted["description"]) > DESCRIPTION_LENGTH:  # composed, some letters take more code points
            raise Refused(TooLarge(limit=DESCRIPTION_LENGTH))
    return wanted


def clean_title(text: str) -> str:
    """A title as it is kept. Raises Refused(TitleRefused)."""
    title = clean_line(text)
    if not 0 < len(title) <= TITLE_LENGTH:
        raise Refused(TitleRefused())
    return title


def _check(place: access.Place, wanted: dict[str, Any], changed: dict[str, Any]) -> None:
    """Raises Refused(Forbidden)."""
    if not wanted.keys() <= {"title", "description"}:
        access.require(place, Role.ADMIN)
    if not wanted.keys().isdisjoint({"title", "description"}):
        access.require(place, place.chat.may_edit)
    for name, value in changed.items():
        if isinstance(value, Role) and not (
            place.role.reaches(value) and place.role.reaches(getattr(place.chat, name))
        ):
            raise Refused(Forbidden())


def _tell(tx: Transaction, chat: Chat, author_id: int, changed: dict[str, Any]) -> Chat:
    """Post a notice of each kind of change."""
    if "title" in changed:
        chat = post_notice(tx, chat, author_id, GroupRenamed(title=chat.title))
    if "description" in changed:
        chat = post_notice(tx, chat, author_id, GroupDescribed())
    settings = {name: value for name, value in changed.items() if name in SettingsChanged.__struct_fields__}
    if settings:
        chat = post_notice(tx, chat, author_id, SettingsChanged(**settings))
    return chat
