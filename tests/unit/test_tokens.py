"""Access tokens: whom they speak for, and all the ways in which they do not."""

import asyncio
import base64
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dialog.protocol.base import Refused, Unauthenticated, Unavailable
from dialog.protocol.internal import GetSigningKeys, SigningKey, SigningKeys
from dialog.tokens import KeyRing, verify

PRIVATE = Ed25519PrivateKey.generate()
PUBLIC = PRIVATE.public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": "dialog", "aud": "dialog", "sub": "7", "sid": "9", "iat": now, "exp": now + 300} | changed
    return {name: value for name, value in made.items() if value is not None}


def signed(*, key: Any = PRIVATE, algorithm: str = "EdDSA", kid: str = "today", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: str = "") -> str:
    return f"{part(header)}.{part(claims())}.{signature}"


def with_hmac(secret: bytes) -> str:
    """Signed as a service would check it that trusts the header to say what kind of key it holds."""
    head = forged({"alg": "HS256", "typ": "JWT", "kid": "today"}).rstrip(".")
    signature = hmac.digest(secret, head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def swapped(**changed: Any) -> str:
    """A signed token whose claims were changed afterwards."""
    header, _, signature = signed().split(".")
    return f"{header}.{part(claims(**changed))}.{signature}"


def test_a_valid_token_speaks_for_its_session() -> None:
    access = verify(signed(), PUBLIC)
    assert (access.user_id, access.session_id) == (7, 9)
    assert abs(access.expires_at - time.time() * 1000 - 300_000) < 3000


BAD: dict[str, str] = {
    "expired": signed(exp=int(time.time()) - 10),
    "of another key": signed(key=Ed25519PrivateKey.generate()),
    "alg none": forged({"alg": "none", "typ": "JWT"}),
    "alg None with a signature": forged({"alg": "None", "typ": "JWT"}, signed().split(".")[2]),
    "HMAC with the public key as its secret": with_hmac(PEM),
    "HMAC with an empty secret": with_hmac(b""),
    "another kind of signature": signed(key=generate_private_key(SECP256R1()), algorithm="ES256"),
    "for another audience": signed(aud="media"),
    "for several audiences, not us": signed(aud=["media", "push"]),
    "without an audience": signed(aud=None),
    "of another issuer": signed(iss="elsewhere"),
    "without an issuer": signed(iss=None),
    "without an end": signed(exp=None),
    "without a beginning": signed(iat=None),
    "from the future": signed(iat=int(time.time()) + 3600),
    "not valid yet": signed(nbf=int(time.time()) + 3600),
    "without a subject": signed(sub=None),
    "without a session": signed(sid=None),
    "a subject that is no number": signed(sub="anna"),
    "a session that is no number": signed(sid={"a": 1}),
    "another's subject put in": swapped(sub="8"),
    "a later end put in": swapped(exp=int(time.time()) + 10**6),
    "cut short": signed()[:-10],
    "two parts": ".".join(signed().split(".")[:2]),
    "four parts": signed() + ".AAAA",
    "empty": "",
    "dots": "..",
    "no base64": "a.b.c",
    "not ASCII": "é.ü.ö",
    "NUL": "\0",
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD.keys())
def test_anything_else_speaks_for_nobody(token: str) -> None:
    with pytest.raises(Refused) as refused:
        verify(token, PUBLIC)
    assert isinstance(refused.value.failure, Unauthenticated)


def test_clocks_may_differ_a_little() -> None:
    verify(signed(exp=int(time.time()) - 2), PUBLIC)
    verify(signed(iat=int(time.time()) + 3), PUBLIC)


class Auth:
    """What the key ring asks: auth, or an auth that is away."""

    def __init__(self, *kids: str) -> None:
        self.keys = [SigningKey(kid=kid, public_key=PEM.decode(), not_after=2**50) for kid in kids]
        self.asked = 0
        self.away = False

    async def call(self, command: GetSigningKeys) -> SigningKeys:
        self.asked += 1
        if self.away:
            raise Refused(Unavailable())
        return SigningKeys(keys=self.keys)


def ring(auth: Auth, **options: float) -> KeyRing:
    bus: Any = auth
    return KeyRing(bus, **options)


async def test_keys_are_asked_for_once() -> None:
    auth = Auth("today")
    keys = ring(auth)
    for _ in range(5):
        assert (await keys.check(signed())).user_id == 7
    assert auth.asked == 1


async def test_an_unknown_key_is_asked_for_at_most_so_often() -> None:
    auth = Auth("today")
    keys = ring(auth, retry_after=60.0)
    await keys.check(signed())
    for number in range(5):
        with pytest.raises(Refused):
            await keys.check(signed(kid=f"made up {number}"))
    assert auth.asked == 1


async def test_a_new_key_is_found() -> None:
    auth = Auth("today")
    keys = ring(auth, retry_after=-1.0)
    await keys.check(signed())
    auth.keys = Auth("today", "tomorrow").keys
    assert (await keys.check(signed(kid="tomorrow"))).user_id == 7


async def test_with_keys_in_hand_auth_may_be_away() -> None:
    auth = Auth("today")
    keys = ring(auth, refresh_every=-1.0)
    await keys.check(signed())
    auth.away = True
    assert (await keys.check(signed())).user_id == 7


async def test_without_any_key_it_is_not_the_token_that_is_wrong() -> None:
    auth = Auth("today")
    auth.away = True
    with pytest.raises(Refused) as refused:
        await ring(auth).check(signed())
    assert isinstance(refused.value.failure, Unavailable)


@pytest.mark.parametrize("token", BAD.values(), ids=BAD.keys())
async def test_the_ring_lets_no_bad_token_through(token: str) -> None:
    with pytest.raises(Refused) as refused:
        await ring(Auth("today", "")).check(token)
    assert isinstance(refused.value.failure, Unauthenticated)


async def test_all_who_come_before_the_first_keys_wait_for_them() -> None:
    class Slow(Auth):
        async def call(self, command: GetSigningKeys) -> SigningKeys:
            await asyncio.sleep(0.02)
            return await super().call(command)

    auth = Slow("today")
    keys = ring(auth)
    found = await asyncio.gather(*(keys.check(signed()) for _ in range(50)))
    assert {access.user_id for access in found} == {7}
    assert auth.asked == 1
