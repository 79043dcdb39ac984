"""Signing keys: replicas agree, the next one is known before it signs, old ones stay until their tokens are dead."""

from collections.abc import AsyncIterator

import jwt
import pytest

from dialog.ids import now_ms
from dialog.protocol.base import Refused, Unauthenticated
from dialog.protocol.internal import GetSigningKeys
from dialog.tokens import KeyRing

from .auth_door import Door, eventually, open_door

DAY_MS = 86_400_000


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door(SIGNING_KEY_RELOAD="0.1") as opened:
        yield opened


async def kids(door: Door) -> list[str]:
    return [key.kid for key in (await door.call(GetSigningKeys())).keys]


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


async def age_keys(door: Door, days: float) -> None:
    """Pretend that all keys began to sign earlier."""
    await door.sql("UPDATE signing_keys SET signs_from = signs_from - %s ORDER BY number", int(days * DAY_MS))


async def has_keys(door: Door, count: int) -> list[str]:
    async def so_many() -> bool:
        return len(await kids(door)) == count

    await eventually(so_many)
    return await kids(door)


async def test_a_token_says_what_it_should(door: Door) -> None:
    me = await door.newcomer()
    assert jwt.get_unverified_header(me.access_token) == {"alg": "EdDSA", "kid": (await kids(door))[0], "typ": "at+jwt"}
    claims = jwt.decode(me.access_token, options={"verify_signature": False})
    assert claims.keys() == {"iss", "aud", "sub", "sid", "iat", "exp"}
    assert (claims["sub"], claims["sid"]) == (str(me.user.id), str(me.session_id))
    assert claims["exp"] - claims["iat"] == 300


async def test_rotation(door: Door) -> None:
    me = await door.newcomer()
    (first,) = await kids(door)
    await age_keys(door, 28.9)
    assert await has_keys(door, 1) == [first]
    await age_keys(door, 0.2)
    _, second = await has_keys(door, 2)
    tokens = await door.refresh(me.login_token)
    assert kid_of(tokens.access_token) == first  # the next one is published, and does not sign yet
    ring = KeyRing(door.bus)
    await ring.check(tokens.access_token)
    await age_keys(door, 0.9005)

    async def second_signs() -> bool:
        nonlocal tokens
        tokens = await door.refresh(tokens.login_token)
        return kid_of(tokens.access_token) == second

    await eventually(second_signs)
    await ring.check(tokens.access_token)
    await ring.check(me.access_token)  # the old one is still good
    assert await kids(door) == [first, second]
    await age_keys(door, 0.1)
    assert await has_keys(door, 1) == [second]
    with pytest.raises(Refused) as raised:
        await KeyRing(door.bus).check(me.access_token)
    assert isinstance(raised.value.failure, Unauthenticated)


async def test_replicas_agree(door: Door) -> None:
    for number in range(2, 5):
        await door.suite.start("auth", name=f"auth-{number}", env={"DIALOG_AUTH_SIGNING_KEY_RELOAD": "0.1"})
    assert len(await kids(door)) == 1
    await age_keys(door, 29.5)
    both = await has_keys(door, 2)
    me = await door.newcomer()
    for _ in range(20):
        tokens = await door.refresh(me.login_token)
        assert kid_of(tokens.access_token) == both[0]
    assert await door.sql("SELECT number FROM signing_keys ORDER BY number") == [(1,), (2,)]


async def test_after_a_long_rest_there_is_a_key_at_once(door: Door) -> None:
    await age_keys(door, 90)
    me = await door.newcomer()
    await door.access(me.access_token)

    async def fresh() -> bool:
        *before, newest = (await door.call(GetSigningKeys())).keys
        tokens_end = now_ms() + 600_000  # those that the overdue key has just signed
        return newest.not_after > now_ms() + 29 * DAY_MS and all(key.not_after < tokens_end for key in before)

    await eventually(fresh)
    await door.access(me.access_token)
    me = await door.newcomer()
    await door.access(me.access_token)


async def test_private_keys_are_stored_encrypted_and_another_secret_makes_another_key(door: Door) -> None:
    me = await door.newcomer()
    ((sealed,),) = await door.sql("SELECT private_key FROM signing_keys")
    assert len(sealed) == 12 + 32 + 16
    await door.suite.terminate("auth")
    await door.suite.start("auth", name="other", env={"DIALOG_AUTH_SECRET": "another secret of this deployment"})
    assert len(await kids(door)) == 2
    with pytest.raises(Refused):
        await door.refresh(me.login_token)
    await door.access(me.access_token)  # its key is still published
    again = await door.open(me.user.username)
    await door.access(again.access_token)


async def test_without_the_database_the_keys_are_those_last_seen(door: Door) -> None:
    known = await kids(door)
    door.suite.kill("mariadb")
    assert await kids(door) == known
