"""Friend requests between two connected people: what each of them holds, and what each is told."""

import asyncio

import pytest

from dialog.client import Client
from dialog.protocol.base import Command, Refused
from dialog.protocol.people import (
    AcceptFriend,
    AddBlock,
    CancelFriend,
    DeclineFriend,
    RelationChanged,
    RelationNow,
    RelationState,
    RemoveBlock,
    RemoveFriend,
    RequestFriend,
)
from dialog.protocol.settings import EditSettings, SettingsEdited
from tests.people import People, befriend, in_step, me, relation

COMMANDS: dict[str, type[Command[RelationNow]]] = {
    "requests": RequestFriend,
    "accepts": AcceptFriend,
    "declines": DeclineFriend,
    "cancels": CancelFriend,
    "removes": RemoveFriend,
    "blocks": AddBlock,
    "unblocks": RemoveBlock,
}

CASES = [
    # before, action, what Anna holds then, what Ben holds, whether the other one is told
    ("", "anna requests", "outgoing", "incoming", True),
    ("ben requests", "anna requests", "friend", "friend", True),
    ("ben requests", "anna accepts", "friend", "friend", True),
    ("ben requests", "anna declines", "none", "outgoing", False),
    ("anna requests", "anna cancels", "none", "none", True),
    ("anna requests, ben declines, anna cancels", "anna requests", "outgoing", "none", False),
    ("anna requests, ben declines", "ben requests", "friend", "friend", True),
    ("anna requests, ben accepts", "anna removes", "none", "none", True),
    ("anna requests, ben accepts", "anna blocks", "none blocked", "none", True),
    ("anna requests", "anna blocks", "none blocked", "none", True),
    ("ben requests", "anna blocks", "none blocked", "outgoing", False),
    ("", "anna blocks", "none blocked", "none", False),
    ("anna blocks", "anna unblocks", "none", "none", False),
    ("ben requests, anna blocks", "anna unblocks", "none", "outgoing", False),
    ("ben blocks", "anna requests", "outgoing", "none blocked", False),
    ("ben blocks, anna requests", "ben unblocks", "outgoing", "none", False),
    ("ben blocks", "anna blocks", "none blocked", "none blocked", False),
]


async def act(anna: Client, ben: Client, action: str) -> RelationNow:
    who, verb = action.split()
    actor, other = (anna, ben) if who == "anna" else (ben, anna)
    return await actor.call(COMMANDS[verb](user_id=me(other).id))  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0] or 'nothing'}: {case[1]}")
async def test_what_each_side_holds_and_is_told(people: People, case: tuple[str, str, str, str, bool]) -> None:
    before, action, anna_holds, ben_holds, other_is_told = case
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    for step in filter(None, before.split(", ")):
        await act(anna, ben, step)
    await in_step(anna, ben, phone)
    other = ben if action.startswith("anna") else anna
    await settle(other)
    rev = other.state.affairs.rev
    for _ in range(3):  # a retry changes and tells nothing
        await act(anna, ben, action)
    news = await settle(other)
    assert len(news) == other_is_told
    assert other.state.affairs.rev - rev == other_is_told + 1, "their own affairs were counted on by what they are told"
    assert relation(anna, ben) == anna_holds
    assert relation(ben, anna) == ben_holds
    await phone.wait_for(lambda: relation(phone, ben) == anna_holds)
    await in_step(anna, ben, phone)


async def settle(client: Client) -> list[RelationChanged]:
    """What a client has been told of relations since the last time: up to a change of its own, on the same topic."""
    settings = client.state.affairs.settings
    assert settings is not None
    rev = (await client.call(EditSettings(typing=not settings.typing))).rev
    await client.wait_for(lambda: client.state.affairs.rev >= rev)
    assert not client.state.affairs.behind
    heard = client.events.take()
    assert any(isinstance(event, SettingsEdited) for event in heard)
    return [event for event in heard if isinstance(event, RelationChanged)]


async def test_requests_that_cross_make_friends(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    requests = [
        client.call(RequestFriend(user_id=me(other).id)) for client, other in ((anna, ben), (ben, anna)) for _ in "1234"
    ]
    answers = await asyncio.gather(*requests)
    assert {answer.relation.state for answer in answers} <= {RelationState.OUTGOING, RelationState.FRIEND}
    for client, other in ((anna, ben), (ben, anna)):
        await client.wait_for(lambda client=client, other=other: relation(client, other) == "friend")
    await in_step(anna, ben)


async def test_all_at_once_ends_the_same_for_both(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    await befriend(anna, ben)
    deeds = ("anna removes", "ben requests", "anna blocks", "ben cancels", "anna unblocks", "ben removes") * 3
    for answer in await asyncio.gather(*(act(anna, ben, deed) for deed in deeds), return_exceptions=True):
        assert not isinstance(answer, BaseException) or isinstance(answer, Refused)
    await in_step(anna, ben)
    assert (relation(anna, ben) == "friend") == (relation(ben, anna) == "friend")


async def test_nobody_is_a_friend_of_themselves_or_of_nobody(people: People) -> None:
    [anna] = await people.join("anna")
    for user_id in (me(anna).id, 4):
        for kind in COMMANDS.values():
            with pytest.raises(Refused, match="not_found"):
                await anna.call(kind(user_id=user_id))  # pyright: ignore[reportCallIssue]


async def test_new_accounts_make_few_requests(people: People) -> None:
    anna, *others = await people.join("anna", *(f"other{number}" for number in range(6)))
    for other in others[:5]:
        await anna.call(RequestFriend(user_id=me(other).id))
    await anna.call(RequestFriend(user_id=me(others[0]).id))  # made already: it costs nothing
    with pytest.raises(Refused, match="rate_limited"):
        await anna.call(RequestFriend(user_id=me(others[5]).id))
    assert relation(anna, others[5]) == "none"


async def test_what_was_missed_is_fetched_on_coming_back(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    await phone.close()
    await anna.call(RequestFriend(user_id=me(ben).id))
    await ben.call(AddBlock(user_id=me(anna).id))
    await people.enter(phone)
    assert relation(phone, anna) == "none blocked"
    await in_step(anna, ben, phone)
