"""The HTTP door: commands as `POST /api/<type>`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar

import aiohttp
import msgspec

from dialog.protocol.base import Command, Refused, Unavailable, reply_type, tag_of
from dialog.protocol.frames import ANSWERS, ENCODER

from .errors import ConnectionLost, refusal

R = TypeVar("R")

SECONDS = 10.0
"""How long an answer over HTTP may take. The suite answers within about five seconds, if only `unavailable`."""


@cache
def reply_decoder(kind: type[Command[Any]]) -> msgspec.json.Decoder[Any]:
    """Decodes what commands of this kind are answered with."""
    return msgspec.json.Decoder(reply_type(kind))


@asynccontextmanager
async def http_session(shared: aiohttp.ClientSession | None = None) -> AsyncGenerator[aiohttp.ClientSession]:
    """`shared`, left open afterwards; or one of one's own, closed afterwards."""
    if shared is not None:
        yield shared
        return
    async with new_http_session() as own:
        yield own


def new_http_session() -> aiohttp.ClientSession:
    """An HTTP session that keeps no cookies and asks no proxy."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=SECONDS, connect=SECONDS)
    )


async def post(http: aiohttp.ClientSession, url: str, command: Command[R], *, access_token: str = "") -> R:
    """Give a command over HTTP. Raises Refused; ConnectionLost when the outcome is unknown."""
    fields = msgspec.to_builtins(command)
    del fields["type"]
    headers = {"Content-Type": "application/json"}
    if access_token:
        headers["Authorization"] = f"Bearer {access_token}"
    try:
        address = f"{url}/api/{tag_of(type(command))}"
        async with http.post(address, data=ENCODER.encode(fields), headers=headers, allow_redirects=False) as response:
            return _read(command, response.status, await response.read())
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ConnectionLost(f"no answer over HTTP: {error!r}") from None


def _read(command: Command[R], status: int, body: bytes) -> R:
    if status == 200:
        return reply_decoder(type(command)).decode(body)
    try:
        refused = refusal(ANSWERS.decode(body).refused)
    except (msgspec.DecodeError, ValueError, KeyError, TypeError):
        # Not the suite but something in front of it.
        if status in (502, 503, 504):
            raise Refused(Unavailable()) from None
        raise ConnectionLost(f"HTTP {status} without a refusal") from None
    raise refused
