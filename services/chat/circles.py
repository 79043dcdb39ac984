"""Those among whom passes what is not kept, such as typing: asked by a gateway when somebody opens a chat."""

from dialog.protocol.base import Actor
from dialog.protocol.chats import ChatKind
from dialog.protocol.internal import ChatCircle, GetChatCircle, GetStandings
from dialog.service import command

from . import access, store
from .app import App


@command
async def get_chat_circle(app: App, _actor: Actor, command: GetChatCircle) -> ChatCircle:
    place = await access.member_of(app.db, Actor(user_id=command.user_id), command.chat_id)
    chat = place.chat
    most = app.config.typing_members
    if chat.member_count > most:
        return ChatCircle(topics=[], apart=[], most=most)
    if chat.kind is ChatKind.GROUP:
        members = await store.members.some_of(app.db, chat.id, most)
    else:
        members = [chat.low_id or 0, chat.high_id or 0]
    others = [user_id for user_id in members if user_id != command.user_id]
    apart: list[int] = []
    if others:
        answer = await app.bus.call(GetStandings(user_id=command.user_id, other_ids=others))
        apart = [one.user_id for one in answer.standings if one.blocks or one.blocked]
    own = f"user.{command.user_id}"
    return ChatCircle(
        topics=[topic for topic in access.topics(chat, place.barriers) if topic != own], apart=apart, most=most
    )
