"""People: who is here, what one shows to them, friends and blocks."""

from typing import TYPE_CHECKING

from dialog.ids import now_ms
from dialog.protocol.accounts import EditProfile
from dialog.protocol.people import (
    AddBlock,
    CancelFriend,
    DeclineFriend,
    RelationNow,
    RemoveBlock,
    RemoveFriend,
    RequestFriend,
)
from dialog.protocol.presence import Availability, Choice, GetPresence, GetStatus, SetStatus

from . import safe, typed
from .typed import Mistake
from .words import DIM, PLAIN, name_of, relation_words, status_line

if TYPE_CHECKING:
    from .conversation import Conversation

ASK_AT_ONCE = 1000


async def profile(talk: "Conversation", rest: str) -> None:
    """/profile NAME          the name that others see"""
    user = await talk.client.call(EditProfile(display_name=rest))
    talk.say(f"You are {safe.line(user.display_name)} now.")


async def status(talk: "Conversation", rest: str) -> None:
    """/status [auto|dnd|invisible] [MINUTES] [TEXT]   what others see of you"""
    choice, _, rest = rest.partition(" ")
    if not choice:
        own = await talk.client.call(GetStatus())
    elif choice not in tuple(Choice):
        raise Mistake("/status auto, dnd or invisible; then for how many minutes, then a text")
    else:
        minutes, _, text = rest.strip().partition(" ")
        until = now_ms() + int(minutes) * 60_000 if minutes.isdecimal() else None
        text = text if minutes.isdecimal() else rest.strip()
        own = await talk.client.call(SetStatus(status=Choice(choice), text=text, until=until))
    talk.say(f"You are {status_line(own.status, own.text, own.until)}.")


async def who(talk: "Conversation", _rest: str) -> None:
    """/who                   who is here"""
    me = talk.state.me.id if talk.state.me else 0
    known = sorted(user_id for user_id in talk.state.people if user_id != me)
    for start in range(0, len(known), ASK_AT_ONCE):
        await talk.client.call(GetPresence(user_ids=known[start : start + ASK_AT_ONCE]))
    seen = [talk.state.presence[user_id] for user_id in known if user_id in talk.state.presence]
    here = [one for one in seen if one.status is not Availability.OFFLINE]
    away = [one for one in seen if one.status is Availability.OFFLINE and one.last_seen]
    for one in (*here, *away):
        line = status_line(one.status, one.text, one.until, one.last_seen)
        talk.say(f"      {name_of(talk.state, one.user_id)} {DIM}{line}{PLAIN}")
    if not here:
        talk.say("      Nobody is here.")


async def friends(talk: "Conversation", _rest: str) -> None:
    """/friends               friends, requests, and whom you block"""
    for relation in talk.state.affairs.relations.values():
        user = talk.state.people.get(relation.user.id, relation.user)
        what = relation_words(relation)
        talk.say(f"      {name_of(talk.state, user.id)} {DIM}{safe.line(user.username)}, {what}{PLAIN}")
    if not talk.state.affairs.relations:
        talk.say("Nobody yet: /befriend USER")


async def befriend(talk: "Conversation", rest: str) -> None:
    """/befriend USER         ask somebody to be your friend, or accept their request"""
    _say_relation(talk, await talk.client.call(RequestFriend(user_id=await typed.user_id(talk, rest))))


async def decline(talk: "Conversation", rest: str) -> None:
    """/decline USER          turn a request down; they are not told"""
    _say_relation(talk, await talk.client.call(DeclineFriend(user_id=await typed.user_id(talk, rest))))


async def unfriend(talk: "Conversation", rest: str) -> None:
    """/unfriend USER         be friends no longer, or take your request back"""
    user_id = await typed.user_id(talk, rest)
    await talk.client.call(CancelFriend(user_id=user_id))
    _say_relation(talk, await talk.client.call(RemoveFriend(user_id=user_id)))


async def block(talk: "Conversation", rest: str) -> None:
    """/block USER            hear nothing from somebody; they cannot tell"""
    _say_relation(talk, await talk.client.call(AddBlock(user_id=await typed.user_id(talk, rest))))


async def unblock(talk: "Conversation", rest: str) -> None:
    """/unblock USER          hear from them again"""
    _say_relation(talk, await talk.client.call(RemoveBlock(user_id=await typed.user_id(talk, rest))))


def _say_relation(talk: "Conversation", now: RelationNow) -> None:
    talk.say(f"{safe.line(now.relation.user.display_name)}: {relation_words(now.relation)}")
