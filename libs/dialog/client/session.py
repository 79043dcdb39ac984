"""Who is signed in, and the two tokens that prove it."""

import asyncio
import random
from collections.abc import Callable

import aiohttp

from dialog.ids import now_ms
from dialog.protocol.accounts import RefreshSession, SessionEnded, SessionTokens, User
from dialog.protocol.base import Refused, Unauthenticated

from .door import http_session, post
from .errors import ConnectionLost, SignedOut
from .pace import Pace

RENEW_BEFORE = 60.0
"""Seconds before its end that an access token is replaced."""
TOO_OLD = 5.0
"""Seconds before its end that an access token is no longer worth showing."""


class Session:
    """A session and its tokens. `on_login_token` is told each new login token: only the newest one is good."""

    def __init__(self, url: str, login_token: str, *, on_login_token: Callable[[str], None] | None = None) -> None:
        self.url = url
        self.login_token = login_token
        self.on_login_token = on_login_token
        self.access_token = ""
        self.user: User | None = None
        self.session_id = 0
        self._expires_at = 0
        self._renew_at = 0
        self._lifetime = 0.0
        self._ahead = 0
        """Milliseconds that the server's clock is ahead of ours."""
        self._refreshing = asyncio.Lock()
        self._pace = Pace()

    @classmethod
    def opened(
        cls, url: str, tokens: SessionTokens, *, on_login_token: Callable[[str], None] | None = None
    ) -> "Session":
        """The session that `session.open` answered with."""
        session = cls(url, tokens.login_token, on_login_token=on_login_token)
        session.user, session.session_id = tokens.user, tokens.session_id
        session._take(tokens.access_token, tokens.expires_at)
        return session

    def _take(self, access_token: str, expires_at: int) -> None:
        self.access_token, self._expires_at = access_token, expires_at
        self._lifetime = self.seconds_left()
        before = min(RENEW_BEFORE, self._lifetime / 3) * random.uniform(1.0, 1.2)  # noqa: S311 - jitter, no secret
        self._renew_at = expires_at - int(before * 1000)

    def seconds_left(self) -> float:
        """Until the access token ends; 0 when there is none."""
        return self._until(self._expires_at)

    def _until(self, server_time: int) -> float:
        return max(0.0, (server_time - now_ms() - self._ahead) / 1000) if self.access_token else 0.0

    def seconds_to_renewal(self) -> float:
        """Until the access token should be replaced: a minute before its end, somewhat spread; 0 when there is none."""
        return self._until(self._renew_at)

    def set_clock(self, server_now: int) -> None:
        """The server says what time it is."""
        self._ahead = server_now - now_ms()

    def expire(self) -> None:
        """The server does not take this access token (any more)."""
        self.access_token = ""

    async def usable_token(self, http: aiohttp.ClientSession | None) -> str:
        """An access token that is still good for a while. Raises as `refresh` does."""
        if self.seconds_left() > min(TOO_OLD, self._lifetime / 2):
            return self.access_token
        return await self.refresh(http)

    async def refresh(self, http: aiohttp.ClientSession | None) -> str:
        """Trade the login token for new ones. Raises SignedOut, ConnectionLost, or Refused (not now)."""
        before = self.access_token
        async with self._refreshing:
            if self.access_token and self.access_token != before:
                return self.access_token  # somebody else just did
            await self._pace.turn()
            try:
                async with http_session(http) as session:
                    tokens = await post(session, self.url, RefreshSession(login_token=self.login_token))
            except Refused as refused:
                if isinstance(refused.failure, SessionEnded | Unauthenticated):
                    raise SignedOut("the session has ended: sign in again") from None
                raise
            self.login_token = tokens.login_token
            if self.on_login_token:
                self.on_login_token(tokens.login_token)
            self._take(tokens.access_token, tokens.expires_at)
            return self.access_token


def as_lost(refused: Refused) -> ConnectionLost:
    """A refusal of what keeps the connection up, as a reason to try again later."""
    return ConnectionLost(f"refused: {refused}", retry_after=float(getattr(refused.failure, "retry_after", 0.0)))
