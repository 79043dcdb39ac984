"""Ways into a group and how they are closed: invites, requests to join, bans."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest

from dialog.client import Client
from dialog.ids import now_ms
from dialog.protocol.bans import BanMember, ListBans, UnbanMember
from dialog.protocol.base import Command, Event, Refused, Status, tag_of
from dialog.protocol.chats import AddMember, EditMember, LeaveChat
from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    DeclineJoin,
    Invite,
    JoinDeclined,
    JoinRequested,
    ListInvites,
    ListJoinRequests,
    LookAtInvite,
    RevokeInvite,
    UseInvite,
)
from dialog.protocol.notices import MemberJoined
from dialog.protocol.roles import Role
from tests.people import People, direct, group, in_step, knows, me, sees
from tests.servers import Suite

Heard = TypeVar("Heard", bound=Event)


async def outcome(person: Client, command: Command[Any]) -> str:
    """`ok`, or why not. Asks again when the suite had no time."""
    while True:
        try:
            await person.call(command)
        except Refused as refused:
            if refused.failure.status is Status.UNAVAILABLE:
                continue
            return tag_of(type(refused.failure))
        return "ok"


def invites(chat_id: int) -> ListInvites:
    return ListInvites(chat_id=chat_id)


async def test_an_invite_leads_into_its_group(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, title="Walks")
    invite = await anna.call(CreateInvite(chat_id=chat.id))
    assert len(invite.token) >= 22, "128 bits"
    look = await carla.call(LookAtInvite(token=invite.token))
    assert (look.title, look.member_count, look.approval, look.joined) == ("Walks", 2, False, False)
    joined = await carla.call(UseInvite(token=invite.token))
    assert joined.chat
    assert joined.chat.id == chat.id
    await knows(chat.id, carla)
    await ben.send(chat.id, "welcome")
    await sees(carla, chat.id, "welcome")
    for person in (anna, carla):
        assert (await person.call(LookAtInvite(token=invite.token))).joined
        assert (await person.call(UseInvite(token=invite.token))).chat
    [counted] = (await anna.call(invites(chat.id))).invites
    assert counted.used == 1, "those who are in it already do not use it up"
    [notice] = [m for m in ben.state.chats[chat.id].messages.values() if m.notice]
    assert (notice.author_id, notice.notice) == (me(carla).id, MemberJoined())
    assert carla.state.chats[chat.id].mine.role is Role.MEMBER
    await in_step(anna, ben, carla)


async def test_who_left_can_come_back_by_an_invite(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    invite = await anna.call(CreateInvite(chat_id=chat.id))
    await ben.call(LeaveChat(chat_id=chat.id))
    await ben.call(UseInvite(token=invite.token))
    await knows(chat.id, ben)
    await in_step(anna, ben)
    assert anna.state.chats[chat.id].members[me(ben).id].role is Role.MEMBER


Spoil = Callable[[Client, Client, Invite], Any]


async def revoked(anna: Client, _carla: Client, invite: Invite) -> None:
    await anna.call(RevokeInvite(chat_id=invite.chat_id, token=invite.token))
    await anna.call(RevokeInvite(chat_id=invite.chat_id, token=invite.token))


async def expired(_anna: Client, _carla: Client, invite: Invite) -> None:
    while now_ms() <= (invite.expires_at or 0):
        await asyncio.sleep(0.02)


async def banned(anna: Client, carla: Client, invite: Invite) -> None:
    await anna.call(BanMember(chat_id=invite.chat_id, user_id=me(carla).id))


async def as_it_was(_anna: Client, _carla: Client, _invite: Invite) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [(revoked, "invite_over"), (expired, "invite_over"), (banned, "invite_over"), (as_it_was, "ok")],
)
@pytest.mark.parametrize("approval", [False, True])
async def test_what_ends_an_invite(people: People, spoil: Spoil, expected: str, approval: bool) -> None:
    anna, carla = await people.join("anna", "carla")
    chat = await group(anna)
    expires_at = now_ms() + (500 if spoil is expired else 600_000)
    invite = await anna.call(CreateInvite(chat_id=chat.id, expires_at=expires_at, uses=5, approval=approval))
    await spoil(anna, carla, invite)
    assert await outcome(carla, LookAtInvite(token=invite.token)) == expected
    assert await outcome(carla, UseInvite(token=invite.token)) == expected
    listed = (await anna.call(invites(chat.id))).invites
    assert [one.used for one in listed] == ([] if spoil in (revoked, expired) else [int(expected == "ok")])
    await in_step(anna, carla)


@pytest.mark.parametrize("token", ["x", "A" * 24, "-_-"])
async def test_nobody_guesses_an_invite(people: People, token: str) -> None:
    (anna,) = await people.join("anna")
    assert await outcome(anna, LookAtInvite(token=token)) == "invite_over"
    assert await outcome(anna, UseInvite(token=token)) == "invite_over"


async def test_trying_tokens_is_slowed_down(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    outcomes = [await outcome(anna, LookAtInvite(token=f"guess-{number}")) for number in range(60)]
    assert "rate_limited" in outcomes
    assert await outcome(ben, LookAtInvite(token="x")) == "invite_over", "others are not"


async def test_an_invite_counts_its_uses_exactly(people: People) -> None:
    (anna,) = await people.join("anna")
    chat = await group(anna)
    invite = await anna.call(CreateInvite(chat_id=chat.id, uses=7))
    crowd = [guest for _ in range(5) for guest in await people.join(*["guest"] * 10)]
    outcomes = await asyncio.gather(*(outcome(guest, UseInvite(token=invite.token)) for guest in crowd))
    assert (outcomes.count("ok"), outcomes.count("invite_over")) == (7, 43)
    [counted] = (await anna.call(invites(chat.id))).invites
    assert counted.used == counted.uses == 7
    inside = [guest for guest, ended in zip(crowd, outcomes, strict=True) if ended == "ok"]
    await knows(chat.id, *inside)
    await in_step(anna, *inside)
    assert anna.state.chats[chat.id].member_count == 8
    for guest in inside:
        assert await outcome(guest, UseInvite(token=invite.token)) == "ok", "used up, but they are in"


async def test_one_person_on_many_devices_uses_it_once(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await group(anna)
    invite = await anna.call(CreateInvite(chat_id=chat.id, uses=1))
    devices = [ben, phone] * 5
    assert set(await asyncio.gather(*(outcome(one, UseInvite(token=invite.token)) for one in devices))) == {"ok"}
    await knows(chat.id, ben, phone)
    await in_step(anna, ben, phone)
    assert len([m for m in anna.state.chats[chat.id].messages.values() if m.notice]) == 1


async def test_invites_are_for_admins_to_make_and_few(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    assert await outcome(ben, CreateInvite(chat_id=chat.id)) == "forbidden"
    assert await outcome(anna, CreateInvite(chat_id=chat.id, expires_at=now_ms() - 1)) == "invalid"
    pair = await direct(anna, ben)
    for command in (CreateInvite(chat_id=pair.id), ListInvites(chat_id=pair.id), ListBans(chat_id=pair.id)):
        assert await outcome(anna, command) == "not_a_group"
    for number in range(50):
        short = CreateInvite(chat_id=chat.id, expires_at=now_ms() + (100 if number < 10 else 600_000))
        assert await outcome(anna, short) == "ok"
    await asyncio.sleep(0.2)
    while await outcome(anna, CreateInvite(chat_id=chat.id)) == "ok":
        pass
    listed = (await anna.call(invites(chat.id))).invites
    assert len(listed) == 50, "those that have expired make room"


async def test_a_full_group_lets_nobody_in(isolated_suite: Callable[..., Any]) -> None:
    suite: Suite = await isolated_suite("gateway", "auth", "presence")
    await suite.start("chat", env={"DIALOG_CHAT_GROUP_SIZE": "2"})
    async with AsyncExitStack() as stack:
        people = People(suite, stack)
        anna, *guests = await people.join("anna", "ben", "carla", "dora")
        chat = await group(anna)
        invite = await anna.call(CreateInvite(chat_id=chat.id))
        asking = await anna.call(CreateInvite(chat_id=chat.id, approval=True))
        assert await outcome(guests[2], UseInvite(token=asking.token)) == "ok"
        outcomes = await asyncio.gather(*(outcome(guest, UseInvite(token=invite.token)) for guest in guests[:2]))
        assert sorted(outcomes) == ["group_full", "ok"]
        assert await outcome(anna, ApproveJoin(chat_id=chat.id, user_id=me(guests[2]).id)) == "group_full"
        [counted] = [one for one in (await anna.call(invites(chat.id))).invites if not one.approval]
        assert counted.used == 1


# --- approval


async def heard_by(person: Client, kind: type[Heard], count: int) -> list[Heard]:
    """Wait until somebody has heard of so much."""
    heard: list[Heard] = []
    while len(heard) < count:
        heard += [event for event in person.events.take() if isinstance(event, kind)]
        await asyncio.sleep(0.02)
    return heard


async def test_who_has_asked_sees_it_when_the_invite_is_over_for_others(people: People) -> None:
    anna, carla, dora = await people.join("anna", "carla", "dora")
    chat = await group(anna)
    invite = await anna.call(CreateInvite(chat_id=chat.id, approval=True, uses=1))
    await carla.call(UseInvite(token=invite.token))
    assert (await carla.call(LookAtInvite(token=invite.token))).asked
    assert await outcome(dora, LookAtInvite(token=invite.token)) == "invite_over"
    await anna.call(DeclineJoin(chat_id=chat.id, user_id=me(carla).id))
    assert await outcome(carla, LookAtInvite(token=invite.token)) == "invite_over"


async def test_asking_to_join(people: People) -> None:
    anna, ben, member, carla, dora = await people.join("anna", "ben", "member", "carla", "dora")
    chat = await group(anna, ben, member)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    invite = await ben.call(CreateInvite(chat_id=chat.id, approval=True))
    for person in (anna, ben, member):
        person.events.take()
    for person in (carla, dora):
        assert not (await person.call(LookAtInvite(token=invite.token))).asked
        for _ in range(3):
            assert (await person.call(UseInvite(token=invite.token))).chat is None
        assert (await person.call(LookAtInvite(token=invite.token))).asked
        assert chat.id not in person.state.chats
    asked = [(me(person).id, me(person).display_name) for person in (carla, dora)]
    for person in (anna, ben):
        heard = await heard_by(person, JoinRequested, 2)
        assert [(event.user.id, event.user.display_name) for event in heard] == asked
    assert not [event for event in member.events.take() if isinstance(event, JoinRequested)]
    waiting = await anna.call(ListJoinRequests(chat_id=chat.id))
    assert [request.user_id for request in waiting.requests] == [me(carla).id, me(dora).id]
    assert {user.id for user in waiting.people} == {me(carla).id, me(dora).id}
    [counted] = (await anna.call(invites(chat.id))).invites
    assert counted.used == 2
    for _ in range(2):
        await ben.call(ApproveJoin(chat_id=chat.id, user_id=me(carla).id))
        await anna.call(DeclineJoin(chat_id=chat.id, user_id=me(dora).id))
    await knows(chat.id, carla)
    await in_step(anna, ben, member, carla, dora)
    for person in (anna, ben):
        [declined] = await heard_by(person, JoinDeclined, 1)
        assert (declined.chat_id, declined.user_id) == (chat.id, me(dora).id)
    for person in (member, carla, dora):
        assert not [event for event in person.events.take() if isinstance(event, JoinDeclined)]
    assert not (await dora.call(LookAtInvite(token=invite.token))).asked
    assert chat.id not in dora.state.chats
    assert (await anna.call(ListJoinRequests(chat_id=chat.id))).requests == []
    assert await outcome(anna, ApproveJoin(chat_id=chat.id, user_id=me(dora).id)) == "not_found"
    notices = [m for m in member.state.chats[chat.id].messages.values() if isinstance(m.notice, MemberJoined)]
    assert [notice.author_id for notice in notices] == [me(carla).id]


async def test_who_is_added_or_banned_asks_no_more(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna)
    invite = await anna.call(CreateInvite(chat_id=chat.id, approval=True))
    for person in (ben, carla):
        await person.call(UseInvite(token=invite.token))
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await anna.call(BanMember(chat_id=chat.id, user_id=me(carla).id))
    [declined] = await heard_by(anna, JoinDeclined, 1)
    assert declined.user_id == me(carla).id
    assert (await anna.call(ListJoinRequests(chat_id=chat.id))).requests == []
    assert await outcome(anna, ApproveJoin(chat_id=chat.id, user_id=me(carla).id)) == "not_found"


# --- bans


async def test_who_is_banned_stays_out(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    open_, asking = [await anna.call(CreateInvite(chat_id=chat.id, approval=approval)) for approval in (False, True)]
    for _ in range(2):
        await ben.call(BanMember(chat_id=chat.id, user_id=me(carla).id))
    await carla.wait_for(lambda: chat.id not in carla.state.chats)
    for invite in (open_, asking):
        assert await outcome(carla, UseInvite(token=invite.token)) == "invite_over"
    assert await outcome(anna, AddMember(chat_id=chat.id, user_ids=[me(carla).id])) == "banned"
    bans = await anna.call(ListBans(chat_id=chat.id))
    assert [(ban.user_id, ban.banned_by) for ban in bans.bans] == [(me(carla).id, me(ben).id)]
    assert [user.id for user in bans.people] == [me(carla).id]
    for _ in range(2):
        await anna.call(UnbanMember(chat_id=chat.id, user_id=me(carla).id))
    assert (await anna.call(ListBans(chat_id=chat.id))).bans == []
    assert chat.id not in carla.state.chats
    assert await outcome(carla, UseInvite(token=open_.token)) == "ok"
    await knows(chat.id, carla)
    await in_step(anna, ben, carla)


async def test_joining_and_being_banned_at_once(people: People) -> None:
    """Whichever came first, in the end they are out."""
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna)
    invite = await anna.call(CreateInvite(chat_id=chat.id))
    for _ in range(5):
        await asyncio.gather(
            outcome(ben, UseInvite(token=invite.token)),
            outcome(anna, BanMember(chat_id=chat.id, user_id=me(ben).id)),
        )
        assert (await anna.call(ListBans(chat_id=chat.id))).bans
        await in_step(anna, ben)
        assert chat.id not in ben.state.chats
        await anna.call(UnbanMember(chat_id=chat.id, user_id=me(ben).id))


async def test_banning_nobody(people: People) -> None:
    (anna,) = await people.join("anna")
    chat = await group(anna)
    assert await outcome(anna, BanMember(chat_id=chat.id, user_id=12_345)) == "not_found"
