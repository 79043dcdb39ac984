"""Login tokens: opaque to clients, kept hashed, replaced at each use. Pure.

A token is `dlg_` and base64url of session id, 32 secret bytes and a tag that only we can make. The tag tells a token
that we once issued (whose reuse ends the session) from a made-up one (which must not be able to end anything).

The successor of a token is derived, not drawn: a client that lost the reply, or a second tab, gets the very same
successor again without anybody storing it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "dlg_"
_ID = 8
_SECRET = 32
_TAG = 16


def derive_key(secret: str, purpose: str) -> bytes:
    """A 32-byte key for one purpose from the secret of the deployment."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"dialog {purpose}".encode()).derive(secret.encode())


@dataclass(frozen=True, repr=False)
class LoginToken:
    """A token that bears our tag. It may be current, used up or of a session that is gone."""

    session_id: int
    payload: bytes

    @property
    def text(self) -> str:
        """The token as the client keeps it."""
        return PREFIX + base64.urlsafe_b64encode(self.payload).decode().rstrip("=")

    @property
    def digest(self) -> bytes:
        """What is stored of it. The secret is random, so a plain SHA-256 does."""
        return hashlib.sha256(self.payload).digest()


class LoginTokens:
    """Makes login tokens and recognises its own."""

    def __init__(self, secret: str) -> None:
        self._tag_key = derive_key(secret, "login token tag")
        self._successor_key = derive_key(secret, "login token successor")

    def first(self, session_id: int) -> LoginToken:
        """The first token of a session."""
        return self._made(session_id, secrets.token_bytes(_SECRET))

    def successor(self, token: LoginToken) -> LoginToken:
        """The one token that replaces `token`."""
        return self._made(token.session_id, hmac.digest(self._successor_key, token.payload, "sha256"))

    def read(self, text: str) -> LoginToken | None:
        """The token that a client presents, or None for one that we never made."""
        try:
            encoded = text.removeprefix(PREFIX).encode("ascii")
            payload = base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if not text.startswith(PREFIX) or len(payload) != _ID + _SECRET + _TAG:
            return None
        body, tag = payload[: _ID + _SECRET], payload[_ID + _SECRET :]
        if not hmac.compare_digest(tag, self._tag(body)):
            return None
        return LoginToken(session_id=int.from_bytes(payload[:_ID], "big"), payload=payload)

    def _made(self, session_id: int, secret: bytes) -> LoginToken:
        body = session_id.to_bytes(_ID, "big") + secret
        return LoginToken(session_id=session_id, payload=body + self._tag(body))

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._tag_key, body, "sha256")[:_TAG]
