"""Invites: ways into a group, and those who ask by them."""

from typing import TYPE_CHECKING

from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    DeclineJoin,
    Invite,
    ListInvites,
    ListJoinRequests,
    RevokeInvite,
    UseInvite,
)

from . import safe, typed
from .chats import enter
from .typed import Mistake
from .words import DIM, PLAIN, moment_words

if TYPE_CHECKING:
    from .conversation import Conversation


async def invite(talk: "Conversation", rest: str) -> None:
    """/invite [ask] [USES] [SPAN]   a way into this group for whoever has it; with ask, an admin decides"""
    chat_id = typed.view(talk).id
    approval, uses, expires_at = False, None, None
    for word in rest.split():
        if word == "ask":
            approval = True
        elif word.isdecimal():
            uses = int(word)
        else:
            expires_at = typed.moment(word)
    made = await talk.client.call(CreateInvite(chat_id=chat_id, approval=approval, uses=uses, expires_at=expires_at))
    talk.say(f"Whoever types this {'asks to come' if approval else 'comes'} in: /join {made.token}")


async def invites(talk: "Conversation", _rest: str) -> None:
    """/invites               the ways into this group"""
    found = (await talk.client.call(ListInvites(chat_id=typed.view(talk).id))).invites
    for one in found:
        talk.say(f"      {one.token} {DIM}{_invite_words(one)}{PLAIN}")
    if not found:
        talk.say("      There is none: /invite")


def _invite_words(one: Invite) -> str:
    used = f"used {one.used} times" if one.uses is None else f"used {one.used} of {one.uses} times"
    until = [f"until {moment_words(one.expires_at)}"] if one.expires_at else []
    return ", ".join([used, *until, *(["an admin decides"] if one.approval else [])])


async def uninvite(talk: "Conversation", rest: str) -> None:
    """/uninvite INVITE       make an invite to this group useless"""
    if not rest:
        raise Mistake("Which one? /invites shows them.")
    await talk.client.call(RevokeInvite(chat_id=typed.view(talk).id, token=rest))


async def join(talk: "Conversation", rest: str) -> None:
    """/join INVITE           come into the group of an invite"""
    if not rest:
        raise Mistake("By which invite?")
    used = await talk.client.call(UseInvite(token=rest))
    if used.chat:
        await enter(talk, used.chat.id)
    else:
        talk.say("The admins of the group have been asked.")


async def requests(talk: "Conversation", _rest: str) -> None:
    """/requests              who asks to come into this group"""
    found = await talk.client.call(ListJoinRequests(chat_id=typed.view(talk).id))
    people = {user.id: user for user in found.people}
    for one in found.requests:
        if user := people.get(one.user_id):
            name, username = safe.line(user.display_name), safe.line(user.username)
            talk.say(f"      {name} {DIM}{username}, asked {moment_words(one.requested_at)}{PLAIN}")
    if not found.requests:
        talk.say("      Nobody does.")


async def approve(talk: "Conversation", rest: str) -> None:
    """/approve USER          let somebody in who has asked"""
    await talk.client.call(ApproveJoin(chat_id=typed.view(talk).id, user_id=await typed.user_id(talk, rest)))


async def refuse(talk: "Conversation", rest: str) -> None:
    """/refuse USER           do not let them in; they are not told"""
    await talk.client.call(DeclineJoin(chat_id=typed.view(talk).id, user_id=await typed.user_id(talk, rest)))
    talk.say(f"{DIM}      They do not ask any more.{PLAIN}")
