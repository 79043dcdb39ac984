"""How many friend requests one person makes: so many a minute and a day, fewer while their account is new."""

from collections.abc import AsyncIterator

import pytest

from dialog.protocol.accounts import SessionTokens
from dialog.protocol.base import TooManyRequests
from dialog.protocol.people import CancelFriend, RequestFriend
from tests.services.auth_door import Door, caller, open_door

DAY = 86_400.0


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    """With the limits of somebody who sets none."""
    async with open_door() as opened:
        yield opened


@pytest.fixture(scope="module")
async def patient() -> AsyncIterator[Door]:
    """Where nobody is too hasty, so that only the day counts."""
    async with open_door(FRIEND_BURST="100", PEOPLE_BURST="1000") as opened:
        yield opened


async def somebody(door: Door, *, is_new: bool = False) -> SessionTokens:
    tokens = await door.newcomer()
    if not is_new:
        await door.sql("UPDATE users SET created_at = created_at - %s WHERE id = %s", int(DAY * 1000), tokens.user.id)
    return tokens


async def requests(door: Door, asker: SessionTokens, number: int) -> list[int]:
    """Ask so many people. Returns their ids."""
    people = [(await door.register()).user.id for _ in range(number)]
    for user_id in people:
        await door.call(RequestFriend(user_id=user_id), caller(asker))
    return people


async def waits(door: Door, asker: SessionTokens) -> float:
    """For how long nobody else can be asked."""
    request = RequestFriend(user_id=(await door.register()).user.id)
    return (await door.refusal(TooManyRequests, request, caller(asker))).retry_after


async def test_five_a_minute(door: Door) -> None:
    anna = await somebody(door)
    await requests(door, anna, 5)
    assert 0 < await waits(door, anna) <= 12


async def test_twenty_a_day(patient: Door) -> None:
    anna = await somebody(patient)
    people = await requests(patient, anna, 20)
    assert 12 < await waits(patient, anna) <= DAY / 20
    await patient.call(CancelFriend(user_id=people[0]), caller(anna))
    assert await waits(patient, anna) > 12, "what is taken back was asked all the same"


async def test_five_a_day_while_the_account_is_new(patient: Door) -> None:
    ben = await somebody(patient, is_new=True)
    people = await requests(patient, ben, 5)
    assert DAY / 20 < await waits(patient, ben) <= DAY / 5
    await patient.call(RequestFriend(user_id=people[0]), caller(ben))  # made already: it costs nothing
