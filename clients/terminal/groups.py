"""Groups: who is in one, and how it works."""

from typing import TYPE_CHECKING

from dialog.protocol.bans import BanMember, ListBans, UnbanMember
from dialog.protocol.chats import AddMember, EditChat, EditMember, RemoveMember, Role, SetDisappearing

from . import safe, typed
from .typed import Mistake
from .words import DIM, PLAIN, name_of, span_words

if TYPE_CHECKING:
    from .conversation import Conversation


async def members(talk: "Conversation", _rest: str) -> None:
    """/members               who is in this chat"""
    found = typed.view(talk).members.values()
    for member in sorted(found, key=lambda member: (member.role is not Role.OWNER, member.user_id)):
        user = talk.state.people.get(member.user_id)
        name = safe.line(user.username) if user else "?"
        talk.say(f"      {name_of(talk.state, member.user_id)} {DIM}{name}, {member.role}{PLAIN}")


async def add(talk: "Conversation", rest: str) -> None:
    """/add USER…             bring people into this group"""
    user_ids = [await typed.user_id(talk, name) for name in typed.words(rest)]
    await talk.client.call(AddMember(chat_id=typed.view(talk).id, user_ids=user_ids))


async def remove(talk: "Conversation", rest: str) -> None:
    """/remove USER           put somebody out of this group"""
    await talk.client.call(RemoveMember(chat_id=typed.view(talk).id, user_id=await typed.user_id(talk, rest)))


async def title(talk: "Conversation", rest: str) -> None:
    """/title TEXT            what this group is called"""
    if not rest:
        raise Mistake("What should it be called?")
    await talk.client.call(EditChat(chat_id=typed.view(talk).id, title=rest))


async def role(talk: "Conversation", rest: str) -> None:
    """/role USER ROLE        make somebody here owner, admin or member"""
    name, _, wanted = rest.partition(" ")
    if wanted.strip() not in list(Role):
        raise Mistake("As what? owner, admin or member")
    user_id = await typed.user_id(talk, name)
    await talk.client.call(EditMember(chat_id=typed.view(talk).id, user_id=user_id, role=Role(wanted.strip())))


async def ban(talk: "Conversation", rest: str) -> None:
    """/ban USER              put somebody out of this group for good"""
    await talk.client.call(BanMember(chat_id=typed.view(talk).id, user_id=await typed.user_id(talk, rest)))


async def unban(talk: "Conversation", rest: str) -> None:
    """/unban USER            let somebody come back who was banned"""
    await talk.client.call(UnbanMember(chat_id=typed.view(talk).id, user_id=await typed.user_id(talk, rest)))


async def bans(talk: "Conversation", _rest: str) -> None:
    """/bans                  who is banned from this group"""
    found = await talk.client.call(ListBans(chat_id=typed.view(talk).id))
    for user in found.people:
        talk.say(f"      {safe.line(user.display_name)} {DIM}{safe.line(user.username)}{PLAIN}")
    if not found.bans:
        talk.say("      Nobody is.")


async def slow(talk: "Conversation", rest: str) -> None:
    """/slow SPAN or off      how long members of this group wait from one message to the next"""
    wait = 0 if rest == "off" else typed.seconds(rest)
    if wait is None:
        raise Mistake("/slow 30s or 10m; off ends it")
    await talk.client.call(EditChat(chat_id=typed.view(talk).id, slow_mode=wait))


async def disappear(talk: "Conversation", rest: str) -> None:
    """/disappear SPAN or off   let what is said here from now on vanish after 10m, 8h, 7d or 4w"""
    view = typed.view(talk)
    if rest:
        after = None if rest == "off" else typed.seconds(rest)
        if after is None and rest != "off":
            raise Mistake("/disappear after how long? 10m, 8h, 7d or 4w; off ends it")
        chat = await talk.client.call(SetDisappearing(chat_id=view.id, after=after))
    else:
        chat = view.chat
    kept = f"disappears after {span_words(chat.disappear_after)}" if chat.disappear_after else "stays"
    talk.say(f"{DIM}      What is said here {kept}.{PLAIN}")
