"""Groups: who may do what in them, who owns them, and what they tell of themselves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from dialog.client import Client
from dialog.protocol.bans import BanMember
from dialog.protocol.base import Command, Refused, tag_of
from dialog.protocol.chats import (
    AddMember,
    EditChat,
    EditMember,
    LeaveChat,
    OpenSaved,
    RemoveMember,
    SetDisappearing,
    SlowMode,
)
from dialog.protocol.messages import DeleteMessage, EditMessage, Message, SendMessage
from dialog.protocol.notices import (
    DisappearingSet,
    GroupDescribed,
    GroupRenamed,
    MemberLeft,
    MemberRemoved,
    MembersAdded,
    RoleGiven,
    SettingsChanged,
)
from dialog.protocol.roles import Role
from tests.people import People, direct, group, in_step, knows, me, sees


@dataclass
class Club:
    """A group of an owner, two admins and two members; `guest` is not in it."""

    people: dict[str, Client]
    chat_id: int

    def __getitem__(self, name: str) -> Client:
        return self.people[name]

    def id(self, name: str) -> int:
        return me(self.people[name]).id

    def roles(self, seen_by: str = "member") -> dict[str, str]:
        """Who is in it, and as what."""
        members = self[seen_by].state.chats[self.chat_id].members
        return {name: members[self.id(name)].role.value for name in self.people if self.id(name) in members}

    def notices(self, seen_by: str = "member") -> list[Any]:
        """What the group has told."""
        return [m.notice for m in self[seen_by].state.chats[self.chat_id].messages.values() if m.notice]

    async def settle(self) -> None:
        await in_step(*self.people.values())


@pytest.fixture
async def club(people: People) -> Club:
    names = ("owner", "admin", "deputy", "member", "other", "guest")
    clients = dict(zip(names, await people.join(*names), strict=True))
    chat = await group(clients["owner"], *(clients[name] for name in names[1:-1]))
    made = Club(clients, chat.id)
    for name in ("admin", "deputy"):
        await made["owner"].call(EditMember(chat_id=chat.id, user_id=made.id(name), role=Role.ADMIN))
    return made


async def outcome(person: Client, command: Command[Any]) -> str:
    """`ok`, or why not."""
    try:
        await person.call(command)
    except Refused as refused:
        return tag_of(type(refused.failure))
    return "ok"


def say(club: Club, text: str = "words") -> SendMessage:
    return SendMessage(chat_id=club.chat_id, nonce=str(uuid4()), text=text)


# --- permissions

ACTIONS: dict[str, Callable[[Club, int], Command[Any]]] = {
    "may_send": lambda club, _: say(club),
    "may_add": lambda club, _: AddMember(chat_id=club.chat_id, user_ids=[club.id("guest")]),
    "may_edit": lambda club, _: EditChat(chat_id=club.chat_id, title=f"Title {uuid4()}"),
    "may_delete": lambda club, seq: DeleteMessage(chat_id=club.chat_id, seq=seq),
}
ALLOWED = {Role.MEMBER: {"owner", "admin", "member"}, Role.ADMIN: {"owner", "admin"}, Role.OWNER: {"owner"}}


@pytest.mark.parametrize("lowest", ALLOWED)
@pytest.mark.parametrize("permission", ACTIONS)
async def test_a_permission_is_for_the_lowest_role_and_those_above(club: Club, permission: str, lowest: Role) -> None:
    written = await club["other"].send(club.chat_id, "somebody else's")
    await club["owner"].call(EditChat(chat_id=club.chat_id, **{permission: lowest}))
    for name in ("member", "admin", "owner"):
        expected = "ok" if name in ALLOWED[lowest] else "forbidden"
        assert await outcome(club[name], ACTIONS[permission](club, written.seq)) == expected, name
    await club.settle()


async def test_the_permissions_of_a_new_group(club: Club) -> None:
    chat = club["member"].state.chats[club.chat_id].chat
    members = {name for name in chat.__struct_fields__ if getattr(chat, name) is Role.MEMBER}
    admins = {name for name in chat.__struct_fields__ if getattr(chat, name) is Role.ADMIN}
    assert (members, admins) == ({"may_send", "may_add", "may_call"}, {"may_edit", "may_pin", "may_delete"})


@pytest.mark.parametrize(
    ("name", "fields", "before", "expected"),
    [
        ("member", {"slow_mode": 5}, {}, "forbidden"),
        ("member", {"may_edit": Role.MEMBER}, {}, "forbidden"),
        ("member", {"title": "Mine"}, {}, "forbidden"),
        ("member", {"title": "Ours"}, {"may_edit": Role.MEMBER}, "ok"),
        ("member", {"title": "Ours", "slow_mode": 5}, {"may_edit": Role.MEMBER}, "forbidden"),
        ("admin", {"slow_mode": 5, "may_send": Role.ADMIN, "title": "Ours"}, {}, "ok"),
        ("admin", {"may_send": Role.OWNER}, {}, "forbidden"),
        ("admin", {"may_call": Role.MEMBER}, {"may_call": Role.OWNER}, "forbidden"),
        ("admin", {"may_call": Role.OWNER, "slow_mode": 5}, {"may_call": Role.OWNER}, "ok"),
        ("admin", {"title": "Ours"}, {"may_edit": Role.OWNER}, "forbidden"),
        ("owner", {"may_pin": Role.OWNER}, {}, "ok"),
        ("owner", {"title": "\u200b\u202e"}, {}, "title_refused"),
        ("owner", {"title": "\u0958" * 128}, {}, "title_refused"),
        ("owner", {"description": "\u0958" * 1024}, {}, "too_large"),
        ("owner", {}, {}, "ok"),
        ("guest", {"title": "Mine"}, {}, "not_found"),
    ],
)
async def test_who_may_change_what_a_group_is(
    club: Club, name: str, fields: dict[str, Any], before: dict[str, Any], expected: str
) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, **before))
    assert await outcome(club[name], EditChat(chat_id=club.chat_id, **fields)) == expected
    chat = club["other"].state.chats[club.chat_id]
    await club.settle()
    for field, value in fields.items():
        assert (getattr(chat.chat, field) == value) == (expected == "ok")


MANAGE: dict[str, Callable[[Club, str], Command[Any]]] = {
    "remove": lambda club, whom: RemoveMember(chat_id=club.chat_id, user_id=club.id(whom)),
    "ban": lambda club, whom: BanMember(chat_id=club.chat_id, user_id=club.id(whom)),
    "make admin": lambda club, whom: EditMember(chat_id=club.chat_id, user_id=club.id(whom), role=Role.ADMIN),
    "make member": lambda club, whom: EditMember(chat_id=club.chat_id, user_id=club.id(whom), role=Role.MEMBER),
    "make owner": lambda club, whom: EditMember(chat_id=club.chat_id, user_id=club.id(whom), role=Role.OWNER),
}


@pytest.mark.parametrize(
    ("who", "whom", "expected"),
    [
        # remove, ban, make admin, make member, make owner
        ("member", "other", "forbidden forbidden forbidden forbidden forbidden"),
        ("member", "admin", "forbidden forbidden forbidden forbidden forbidden"),
        ("member", "owner", "forbidden forbidden forbidden forbidden forbidden"),
        ("member", "member", "forbidden forbidden forbidden forbidden forbidden"),
        ("admin", "member", "ok ok forbidden forbidden forbidden"),
        ("admin", "deputy", "forbidden forbidden forbidden forbidden forbidden"),
        ("admin", "owner", "forbidden forbidden forbidden forbidden forbidden"),
        ("admin", "admin", "forbidden forbidden forbidden forbidden forbidden"),
        ("admin", "guest", "not_found ok forbidden forbidden forbidden"),
        ("owner", "member", "ok ok ok ok ok"),
        ("owner", "admin", "ok ok ok ok ok"),
        ("owner", "owner", "forbidden forbidden forbidden forbidden ok"),
        ("owner", "guest", "not_found ok not_found not_found not_found"),
        ("guest", "member", "not_found not_found not_found not_found not_found"),
    ],
)
@pytest.mark.parametrize("action", MANAGE)
async def test_who_may_do_what_to_whom(club: Club, action: str, who: str, whom: str, expected: str) -> None:
    assert await outcome(club[who], MANAGE[action](club, whom)) == expected.split()[list(MANAGE).index(action)]
    await club.settle()


async def test_what_only_groups_have(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    saved = await anna.call(OpenSaved())
    for chat in (await direct(anna, ben), saved):
        for command in (
            EditChat(chat_id=chat.id, title="x"),
            EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN),
            AddMember(chat_id=chat.id, user_ids=[me(ben).id]),
            RemoveMember(chat_id=chat.id, user_id=me(ben).id),
            LeaveChat(chat_id=chat.id),
        ):
            assert await outcome(anna, command) == "not_a_group"


async def test_a_role_counts_from_the_next_message_on(club: Club) -> None:
    """Who may post is remembered between batches; a new role is noticed all the same."""
    await club["owner"].call(EditChat(chat_id=club.chat_id, may_send=Role.ADMIN))
    for role, expected in ((Role.ADMIN, "ok"), (Role.MEMBER, "forbidden"), (Role.ADMIN, "ok")):
        await club["owner"].call(EditMember(chat_id=club.chat_id, user_id=club.id("member"), role=role))
        assert await outcome(club["member"], say(club)) == expected
    await club.settle()


async def test_a_retry_is_answered_whatever_has_changed_since(club: Club) -> None:
    sent = await club["member"].call(said := say(club))
    await club["owner"].call(EditChat(chat_id=club.chat_id, may_send=Role.ADMIN))
    assert await club["member"].call(said) == sent


# --- ownership


async def test_making_somebody_the_owner_hands_the_group_over(club: Club) -> None:
    await club["owner"].call(EditMember(chat_id=club.chat_id, user_id=club.id("member"), role=Role.OWNER))
    await club.settle()
    roles = club.roles()
    assert (roles["member"], roles["owner"]) == ("owner", "admin")
    assert list(roles.values()).count("owner") == 1
    assert club["owner"].state.chats[club.chat_id].mine.role is Role.ADMIN
    assert await outcome(club["owner"], MANAGE["remove"](club, "member")) == "forbidden"


async def test_of_two_transfers_at_once_one_is_made(club: Club) -> None:
    transfers = [MANAGE["make owner"](club, name) for name in ("admin", "member")]
    outcomes = await asyncio.gather(*(outcome(club["owner"], transfer) for transfer in transfers))
    assert sorted(outcomes) == ["forbidden", "ok"]
    await club.settle()
    assert list(club.roles().values()).count("owner") == 1


async def test_the_owner_leaves_to_the_longest_standing_admin(club: Club) -> None:
    heirs = ["admin", "deputy", "member", "other"]
    joined = sorted(heirs[:2], key=club.id), sorted(heirs[2:], key=club.id)
    leaver = "owner"
    for heir in [*joined[0], *joined[1]]:  # all joined in one moment: then it goes by their ids
        await club[leaver].call(LeaveChat(chat_id=club.chat_id))
        await club.settle()
        assert club.roles(heir)[heir] == "owner"
        assert club[heir].state.chats[club.chat_id].mine.role is Role.OWNER
        assert club.notices(heir)[-2:] == [MemberLeft(), RoleGiven(user_id=club.id(heir), role=Role.OWNER)]
        leaver = heir
    await club[leaver].call(LeaveChat(chat_id=club.chat_id))
    await club.settle()


async def test_an_admin_comes_before_a_member_of_longer_standing(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben)
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(carla).id]))
    await anna.call(EditMember(chat_id=chat.id, user_id=me(carla).id, role=Role.ADMIN))
    await anna.call(LeaveChat(chat_id=chat.id))
    await in_step(anna, ben, carla)
    assert ben.state.chats[chat.id].members[me(carla).id].role is Role.OWNER


# --- notices


async def test_a_group_tells_what_is_changed_in_it(club: Club) -> None:
    owner, chat_id = club["owner"], club.chat_id
    given = [RoleGiven(user_id=club.id(name), role=Role.ADMIN) for name in ("admin", "deputy")]
    changes: list[tuple[str, Command[Any], list[Any]]] = [
        ("owner", EditChat(chat_id=chat_id, title="Walks"), [GroupRenamed(title="Walks")]),
        ("owner", EditChat(chat_id=chat_id, title="Walks"), []),
        ("admin", EditChat(chat_id=chat_id, description="Hills\nand dales"), [GroupDescribed()]),
        (
            "owner",
            EditChat(chat_id=chat_id, title="Hikes", slow_mode=9, may_send=Role.ADMIN, may_add=Role.MEMBER),
            [GroupRenamed(title="Hikes"), SettingsChanged(slow_mode=9, may_send=Role.ADMIN)],
        ),
        ("owner", EditChat(chat_id=chat_id, slow_mode=0), [SettingsChanged(slow_mode=0)]),
        ("admin", SetDisappearing(chat_id=chat_id, after=3600), [DisappearingSet(after=3600)]),
        ("owner", SetDisappearing(chat_id=chat_id, after=3600), []),
        ("owner", SetDisappearing(chat_id=chat_id, after=None), [DisappearingSet(after=None)]),
        (
            "member",
            AddMember(chat_id=chat_id, user_ids=[club.id("guest")]),
            [MembersAdded(user_ids=[club.id("guest")])],
        ),
        ("member", AddMember(chat_id=chat_id, user_ids=[club.id("guest")]), []),
        ("admin", MANAGE["remove"](club, "guest"), [MemberRemoved(user_id=club.id("guest"))]),
        ("admin", MANAGE["ban"](club, "guest"), []),
        ("admin", MANAGE["ban"](club, "other"), [MemberRemoved(user_id=club.id("other"))]),
        ("owner", MANAGE["make member"](club, "deputy"), [RoleGiven(user_id=club.id("deputy"), role=Role.MEMBER)]),
        ("deputy", LeaveChat(chat_id=chat_id), [MemberLeft()]),
        ("owner", MANAGE["make owner"](club, "admin"), [RoleGiven(user_id=club.id("admin"), role=Role.OWNER)]),
    ]
    expected, authors = list(given), [club.id("owner")] * 2
    for name, command, told in changes:
        await club[name].call(command)
        expected += told
        authors += [club.id(name)] * len(told)
    await club.settle()
    assert club.notices() == expected
    messages = owner.state.chats[chat_id].messages.values()
    assert [message.author_id for message in messages] == authors
    assert all((message.kind, message.text) == ("system", "") for message in messages)


async def test_a_notice_is_the_groups_own(club: Club) -> None:
    await club["admin"].call(EditChat(chat_id=club.chat_id, title="Embarrassing"))
    await club.settle()
    notice = list(club["admin"].state.chats[club.chat_id].messages.values())[-1]
    edit = EditMessage(chat_id=club.chat_id, seq=notice.seq, text="forged")
    delete = DeleteMessage(chat_id=club.chat_id, seq=notice.seq)
    assert await outcome(club["admin"], edit) == "forbidden"
    await club["owner"].call(EditChat(chat_id=club.chat_id, may_delete=Role.OWNER))
    assert await outcome(club["admin"], delete) == "forbidden", "though the admin caused it"
    gone: Message = await club["owner"].call(delete)
    assert gone.notice is None
    await club.settle()
    assert GroupRenamed(title="Embarrassing") not in club.notices()


async def test_a_description_is_cleaned_and_never_repeated(club: Club) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, description="secret \u202e\x07plan\n\n\n\nB "))
    await club.settle()
    chat = club["member"].state.chats[club.chat_id]
    assert chat.chat.description == "secret plan\n\nB"
    await club["owner"].call(EditChat(chat_id=club.chat_id, description=""))
    await club.settle()
    assert chat.chat.description == ""
    assert "secret" not in repr(chat.snapshot())


# --- slow mode


async def test_slow_mode_is_for_members(club: Club) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=3600))
    for name in ("owner", "admin", "member", "other"):
        assert await outcome(club[name], say(club)) == "ok", "the first one is free"
    for name in ("owner", "admin"):
        assert await outcome(club[name], say(club)) == "ok"
    with pytest.raises(Refused) as refused:
        await club["member"].call(say(club))
    assert isinstance(refused.value.failure, SlowMode)
    assert 3000 < refused.value.failure.retry_after <= 3600
    await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=0))
    assert await outcome(club["member"], say(club)) == "ok"
    await club.settle()


async def test_slow_mode_among_messages_at_once(club: Club) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=3600))
    outcomes = await asyncio.gather(*(outcome(club["member"], say(club)) for _ in range(20)))
    assert sorted(outcomes) == ["ok", *["slow_mode"] * 19]
    assert await outcome(club["other"], say(club)) == "ok", "everybody waits for themselves"
    await club.settle()


async def test_after_the_wait_one_may_post_again(club: Club) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=1))
    await club["member"].send(club.chat_id, "first")
    await club["member"].send(club.chat_id, "second")  # the outbox waits as long as it is told
    await sees(club["other"], club.chat_id, "first", "second")


async def test_a_refused_message_does_not_make_one_wait(club: Club) -> None:
    await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=3600))
    reply = SendMessage(chat_id=club.chat_id, nonce="n", text="x", reply_to=9_999)
    assert await outcome(club["member"], reply) == "reply_refused"
    assert await outcome(club["member"], say(club)) == "ok"


async def test_slow_mode_holds_whichever_replica_answers(club: Club, people: People) -> None:
    """And a retry of what was posted is answered with it."""
    await people.suite.start("chat", name="second-chat")
    try:
        await club["owner"].call(EditChat(chat_id=club.chat_id, slow_mode=3600))
        sent = await club["member"].call(said := say(club))
        for _ in range(10):
            assert await outcome(club["member"], say(club)) == "slow_mode"
        assert await club["member"].call(said) == sent
    finally:
        await people.suite.terminate("second-chat")


# --- saved messages


async def test_saved_messages_are_for_oneself(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    opened = await asyncio.gather(*(device.call(OpenSaved()) for device in (anna, phone) for _ in range(5)))
    assert len({chat.id for chat in opened}) == 1
    chat_id = opened[0].id
    assert (await ben.call(OpenSaved())).id != chat_id
    await knows(chat_id, anna, phone)
    await anna.send(chat_id, "buy milk")
    await sees(phone, chat_id, "buy milk")
    assert await outcome(ben, SendMessage(chat_id=chat_id, nonce="n", text="x")) == "not_found"
    assert chat_id not in ben.state.chats
    await in_step(anna, phone, ben)
    third = await people.device(anna)
    await third.fill(chat_id, 1)
    await sees(third, chat_id, "buy milk")


async def test_saved_messages_survive_a_restart(people: People) -> None:
    (anna,) = await people.join("anna")
    chat = await anna.call(OpenSaved())
    await knows(chat.id, anna)
    sent = await anna.send(chat.id, "keep this")
    await people.suite.restart("chat")
    assert (await anna.call(OpenSaved())).id == chat.id
    edited = await anna.call(EditMessage(chat_id=chat.id, seq=sent.seq, text="and this"))
    await anna.call(DeleteMessage(chat_id=chat.id, seq=edited.seq))
    await in_step(anna)
