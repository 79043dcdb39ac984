"""Access tokens: EdDSA, five minutes. Whoever is handed one checks it here, without asking; only auth can sign one."""

import asyncio
from base64 import urlsafe_b64decode
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from msgspec import Struct

from .bus import BAD_JSON, Bus
from .ids import now_ms
from .protocol.base import Refused, Unauthenticated
from .protocol.internal import GetSigningKeys

ALGORITHM = "EdDSA"
ISSUER = AUDIENCE = "dialog"
LEEWAY = 5
"""Seconds that two clocks may differ."""


class Access(Struct, frozen=True):
    """Whom a valid token speaks for, and until when (milliseconds since 1970)."""

    user_id: int
    session_id: int
    expires_at: int


class Head(Struct, frozen=True):
    """What a token says of itself before its signature is checked."""

    kid: str = ""


_HEADS = msgspec.json.Decoder(Head)


class KeyRing:
    """The public keys of auth, asked for again when a token names one that is not known."""

    def __init__(self, bus: Bus, *, refresh_every: float = 300.0, retry_after: float = 1.0) -> None:
        self._bus = bus
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._asked_at = 0
        self._asking: asyncio.Task[None] | None = None
        self._refresh_ms = int(refresh_every * 1000)
        self._retry_ms = int(retry_after * 1000)

    async def check(self, token: str) -> Access:
        """Whom `token` speaks for. Raises Refused(Unauthenticated), or Unavailable while no key can be had."""
        kid = _kid(token)
        age = now_ms() - self._asked_at
        if age > self._refresh_ms or (kid not in self._keys and age > self._retry_ms):
            await self._ask()
        key = self._keys.get(kid)
        if key is None:
            raise Refused(Unauthenticated())
        return verify(token, key)

    async def _ask(self) -> None:
        """Fetch the keys, once for all who want them now. Raises Refused(Unavailable)."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._fetch())
        await asyncio.shield(self._asking)

    async def _fetch(self) -> None:
        """With keys in hand an auth that is away is no reason to turn anybody down, nor to ask again each time."""
        try:
            answer = await self._bus.call(GetSigningKeys())
        except Refused:
            if not self._keys:
                raise
        else:
            self._keys = {key.kid: _public(key.public_key) for key in answer.keys}
        self._asked_at = now_ms()


def verify(token: str, key: Ed25519PublicKey) -> Access:
    """Check signature, times, issuer and audience. Raises Refused(Unauthenticated)."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "sub", "sid"]},
        )
        return Access(user_id=int(claims["sub"]), session_id=int(claims["sid"]), expires_at=int(claims["exp"]) * 1000)
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise Refused(Unauthenticated()) from None


def _kid(token: str) -> str:
    """Which key the token says it was signed with: only to choose one, nothing is believed yet."""
    head = token.partition(".")[0]
    try:
        return _HEADS.decode(urlsafe_b64decode(head + "=" * (-len(head) % 4))).kid
    except (*BAD_JSON, ValueError):
        raise Refused(Unauthenticated()) from None


def _public(pem: str) -> Ed25519PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("a signing key must be Ed25519")
    return key
