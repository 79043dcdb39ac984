"""A WebSocket by hand, for tests of the protocol itself: what it sends need not be right, and it need not read."""

import asyncio
import itertools
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from dialog.protocol.connection import SUBPROTOCOL
from tests.patience import PATIENCE

Frame = dict[str, Any]


class RawSocket:
    """Frames as dicts. Every wait has an end."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse[Any]) -> None:
        self.ws = ws
        self.numbers = itertools.count(1000)

    async def send(self, frame: Frame | str | bytes) -> None:
        if isinstance(frame, bytes):
            await self.ws.send_bytes(frame)
        else:
            await self.ws.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def receive(self) -> Frame:
        """The next frame. Raises AssertionError when the gateway closed instead."""
        async with asyncio.timeout(PATIENCE):
            message = await self.ws.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, f"closed with {self.ws.close_code}: {message}"
        return json.loads(message.data)

    async def ask(self, command: Frame) -> Frame:
        """The answer to a command; events that come before it are passed over."""
        number = next(self.numbers)
        await self.send({"id": number, "command": command})
        while (frame := await self.receive()).get("id") != number:
            pass
        return frame

    async def closed(self) -> int | None:
        """The code with which the gateway closes; what it sends before is passed over."""
        async with asyncio.timeout(PATIENCE):
            while not self.ws.closed:
                await self.ws.receive()
        return self.ws.close_code


@asynccontextmanager
async def raw_socket(
    url: str,
    access_token: str | None = None,
    *,
    protocol: str = SUBPROTOCOL,
    headers: dict[str, str] | None = None,
    tls: ssl.SSLContext | bool = True,
    autoping: bool = True,
) -> AsyncGenerator[RawSocket]:
    """A socket to the gateway at `url`, connected when there is a token."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"{url}/ws", protocols=(protocol,), max_msg_size=0, headers=headers, ssl=tls, autoping=autoping
        ) as ws,
    ):
        socket = RawSocket(ws)
        if access_token:
            answer = await socket.ask({"type": "connect", "access_token": access_token})
            assert "reply" in answer, answer
            answer = await socket.ask({"type": "sync"})  # which is where live events begin
            assert "reply" in answer, answer
        yield socket


async def http_post(url: str, command: str, body: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """POST /api/<command>: status, JSON and headers. `body` is sent as it is when it is bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        asyncio.timeout(PATIENCE),
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/{command}", data=data, headers=sent) as answer,
    ):
        return answer.status, json.loads(await answer.read()), dict(answer.headers)
