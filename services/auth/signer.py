"""The keys that sign access tokens: Ed25519, one after the other, agreed on by all replicas through the database.

The next key is stored a day before it signs, so every service has its public half by then; the old one stays
published until the last token it signed is dead, and is then destroyed.
"""

import asyncio
import secrets

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dialog.db import Database, Duplicate
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Refused, Unavailable
from dialog.protocol.internal import SigningKey
from dialog.tokens import ALGORITHM, AUDIENCE, ISSUER, LEEWAY

from . import store
from .config import Config
from .login_tokens import derive_key
from .store.accounts import StoredKey

_NONCE = 12
_GRACE_MS = (LEEWAY + 60) * 1000
"""Beyond the last token's end: clocks differ, and nothing is gained by destroying a key to the second."""

_log = get_logger()


class Signer:
    """Signs access tokens with the key whose turn it is, and sees to it that there always is one."""

    def __init__(self, config: Config, db: Database) -> None:
        self._db = db
        self._vault = AESGCM(derive_key(config.secret, "signing keys"))
        self._lifetime_ms = int(config.access_token_lifetime * 1000)
        self._rotation_ms = int(config.signing_key_rotation * 1000)
        self._ahead_ms = int(config.signing_key_ahead * 1000)
        self._reload_every = config.signing_key_reload
        self._keys: list[StoredKey] = []
        self._private: dict[str, Ed25519PrivateKey] = {}

    def sign(self, user_id: int, session_id: int) -> tuple[str, int]:
        """An access token, and when it ends in milliseconds since 1970. Raises Refused(Unavailable) without a key."""
        now = now_ms()
        key = self._current(now)
        if key is None:
            raise Refused(Unavailable())
        issued = now // 1000
        expires = issued + self._lifetime_ms // 1000
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": issued,
            "exp": expires,
        }
        headers = {"kid": key.kid, "typ": "at+jwt"}
        return jwt.encode(claims, self._private[key.kid], algorithm=ALGORITHM, headers=headers), expires * 1000

    async def published(self) -> list[SigningKey]:
        """The public keys that a valid token may name. Without the database those that were last seen there."""
        try:
            await self._load()
        except Refused:
            if not self._keys:
                raise
        return [
            SigningKey(kid=key.kid, public_key=key.public_key, not_after=self._dead_at(place))
            for place, key in enumerate(self._keys)
        ]

    async def refresh(self) -> None:
        """Read the keys, make one if it is time, destroy those that nobody needs. Raises Refused(Unavailable)."""
        await self._load()
        now = now_ms()
        if self._current(now) is None:
            await self._make(signs_from=now)
        newest = self._keys[-1]
        if newest.signs_from + self._rotation_ms - self._ahead_ms <= now:
            await self._make(signs_from=max(newest.signs_from + self._rotation_ms, now))
        await self._forget_dead(now)

    async def keep_refreshing(self) -> None:
        """Refresh now and then. Runs until cancelled."""
        while True:
            await asyncio.sleep(self._reload_every)
            try:
                await self.refresh()
            except Refused as refused:
                _log.warning("signing keys not refreshed", reason=str(refused))

    async def _forget_dead(self, now: int) -> None:
        dead = [
            key for place, key in enumerate(self._keys) if self._dead_at(place) < now and key is not self._current(now)
        ]
        for key in dead:
            await store.accounts.forget_signing_key(self._db, key.number)
            _log.info("signing key destroyed", number=key.number, kid=key.kid)
        if dead:
            await self._load()

    def _current(self, now: int) -> StoredKey | None:
        """The newest key that may sign now and that our secret opens."""
        usable = [key for key in self._keys if key.signs_from <= now and key.kid in self._private]
        return usable[-1] if usable else None

    def _dead_at(self, place: int) -> int:
        """When the last token that the key at `place` can have signed is dead."""
        ends = self._keys[place].signs_from + self._rotation_ms
        if place + 1 < len(self._keys):  # it signed for longer when nobody was there to make the next one
            ends = max(ends, self._keys[place + 1].signs_from)
        return ends + self._lifetime_ms + _GRACE_MS

    async def _load(self) -> None:
        self._keys = await store.accounts.signing_keys(self._db)
        stored = {key.kid for key in self._keys}
        self._private = {kid: private for kid, private in self._private.items() if kid in stored}
        for key in self._keys:
            if key.kid not in self._private and (private := self._opened(key)):
                self._private[key.kid] = private

    async def _make(self, signs_from: int) -> None:
        """Store the next key, or find that another replica has done so."""
        private = Ed25519PrivateKey.generate()
        kid = secrets.token_urlsafe(12)
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        number = self._keys[-1].number + 1 if self._keys else 1
        key = StoredKey(
            number=number,
            kid=kid,
            public_key=public.decode(),
            private_key=self._sealed(kid, private),
            signs_from=signs_from,
        )
        try:
            await store.accounts.add_signing_key(self._db, key)
            _log.info("signing key made", number=number, kid=kid)
        except Duplicate:
            pass
        await self._load()

    def _sealed(self, kid: str, private: Ed25519PrivateKey) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return nonce + self._vault.encrypt(nonce, raw, kid.encode())

    def _opened(self, key: StoredKey) -> Ed25519PrivateKey | None:
        sealed = key.private_key
        try:
            raw = self._vault.decrypt(sealed[:_NONCE], sealed[_NONCE:], key.kid.encode())
        except InvalidTag:
            _log.warning("signing key was stored with another secret", number=key.number, kid=key.kid)
            return None
        return Ed25519PrivateKey.from_private_bytes(raw)
