"""Guessing passwords gets slower and slower; the owner gets in all the same.

Waits run out while a test is slow: what is said about them holds when all was asked within the shortest of them.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dialog.cache import PAUSE
from dialog.protocol.accounts import BadCredentials, RecoveryKey, SessionTokens
from dialog.protocol.base import Actor, Command, Failure, Refused, TooManyRequests
from tests.patience import timed, within

from .auth_door import Door, open_door, opening, recovery, somebody, somewhere


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    async with open_door(LOGIN_BURST="200", REGISTER_BURST="200", REGISTER_TRIES_BURST="200") as opened:
        yield opened


async def guess(door: Door, name: str, address: str) -> Failure:
    return await door.refusal(Failure, opening(name, "a wrong guess"), Actor(address=address))


async def tried(door: Door, command: Command[SessionTokens] | Command[RecoveryKey], address: str) -> object:
    """What a command comes to: the reply or the failure."""
    try:
        return await door.call(command, Actor(address=address))
    except Refused as refused:
        return refused.failure


async def waits(door: Door, name: str, address: str, guesses: int) -> list[float]:
    """What `guesses` guesses in a row are told to wait; 0 for those that were looked at."""
    answers = [await guess(door, name, address) for _ in range(guesses)]
    return [answer.retry_after if isinstance(answer, TooManyRequests) else 0.0 for answer in answers]


@pytest.mark.parametrize("known", [True, False])
@timed
async def test_five_guesses_are_free(door: Door, known: bool) -> None:
    """For a name that exists and for one that does not, or the difference would tell which do."""
    name = (await door.register()).user.username if known else somebody()
    with within(0.9):
        told = await waits(door, name, somewhere(), 8)
    assert told[:6] == [0] * 6
    assert 1 < told[6] <= 2
    assert 1 < told[7] <= told[6]  # asking while waiting makes the wait no longer


@timed
async def test_waits_double_and_a_waiting_password_is_not_looked_at() -> None:
    async with open_door(LOGIN_FREE="1", LOGIN_LONGEST_WAIT="3") as door:
        name, address = (await door.register()).user.username, somewhere()
        with within(0.9):
            assert await waits(door, name, address, 2) == [0, 0]
            right = await tried(door, opening(name), address)
        assert isinstance(right, TooManyRequests)
        await asyncio.sleep(right.retry_after)
        with within(0.9):
            told = await waits(door, name, address, 2)
        assert told[0] == 0
        assert 2 < told[1] <= 3
        await asyncio.sleep(told[1])
        await door.open(name, address=address)
        assert await waits(door, name, address, 2) == [0, 0]  # success forgets the guesses


@timed
async def test_guesses_at_once_are_counted_one_by_one(door: Door) -> None:
    name, address = (await door.register()).user.username, somewhere()
    with within(1.9):
        answers = await asyncio.gather(*(guess(door, name, address) for _ in range(24)))
    assert sum(isinstance(answer, BadCredentials) for answer in answers) == 6


@timed
async def test_neighbours_share_a_count_and_others_do_not(door: Door) -> None:
    name = (await door.register()).user.username
    with within(1.9):
        await waits(door, name, "198.51.100.1", 6)
        near, far = await guess(door, name, "198.51.100.2"), await guess(door, name, "198.51.101.1")
    assert isinstance(near, TooManyRequests)
    assert isinstance(far, BadCredentials)
    with within(1.9):
        await waits(door, name, "2001:db8:1:1::/64", 6)
        near = await guess(door, name, "2001:db8:1:2::/64")
    assert isinstance(near, TooManyRequests)


async def test_the_owner_is_never_locked_out(door: Door) -> None:
    name, home = (await door.register()).user.username, somewhere()
    await door.open(name, address=home)
    for _ in range(8):
        await waits(door, name, somewhere(), 7)
    # From home as if nothing were going on: five mistakes are free.
    assert await waits(door, name, home, 5) == [0] * 5
    await door.open(name, address=home)
    # From somewhere new: the first try is heard, further ones wait long.
    cafe = somewhere()
    assert await waits(door, name, cafe, 1) == [0]
    waiting = await door.refusal(TooManyRequests, opening(name), Actor(address=cafe))
    assert 50 < waiting.retry_after <= 60
    hotel = somewhere()
    await door.open(name, address=hotel)
    assert await waits(door, name, hotel, 3) == [0] * 3
    # Other people at the same place are not concerned.
    await door.open((await door.register(address=cafe)).user.username, address=cafe)


@timed
async def test_recovery_is_throttled_like_signing_in(door: Door) -> None:
    made = await door.register()
    name, address = made.user.username, somewhere()
    guesses = [recovery(name, "0" * 25)] * 6
    right = (recovery(name, made.recovery_key), opening(name))
    with within(1.9):
        answers = [await tried(door, command, address) for command in guesses]
        waiting = [await tried(door, command, address) for command in right]
    assert all(isinstance(answer, BadCredentials) for answer in answers)
    assert all(isinstance(answer, TooManyRequests) for answer in waiting)
    await door.call(recovery(name, made.recovery_key))


@timed
async def test_tries_per_address_are_limited() -> None:
    async with open_door() as door:
        address = Actor(address=somewhere())
        names = [somebody() for _ in range(30)]
        with within(1.9):
            calls = [door.call(opening(name), address) for name in names]
            answers = await asyncio.gather(*calls, return_exceptions=True)
        failures = [answer.failure for answer in answers if isinstance(answer, Refused)]
        assert sum(isinstance(failure, BadCredentials) for failure in failures) == 20
        assert sum(isinstance(failure, TooManyRequests) for failure in failures) == 10
        await door.newcomer()


@timed
async def test_without_redis_everybody_gets_in_and_guessing_is_slower_still() -> None:
    async with open_door() as door:
        name, address = (await door.register()).user.username, somewhere()
        door.suite.kill("redis")
        await door.open(name, address=address)
        with within(0.9):
            told = await waits(door, name, address, 4)
        assert told[:2] == [0, 0]
        assert told[2] > 1
        await door.open(name)
        await door.suite.restart("redis")
        await asyncio.sleep(PAUSE)  # by then it is asked again
        assert await waits(door, name, address, 5) == [0] * 5
