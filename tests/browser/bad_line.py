"""A bad way to the suite: events get lost, late, repeated and out of order on it, and connections break."""

import asyncio
import contextlib
import random
from typing import Self

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

PASSED_ON = ("content-type", "authorization", "accept", "accept-encoding")
PASSED_BACK = ("content-type", "content-encoding", "cache-control", "content-security-policy")
LATE = 0.3
"""Seconds, at most."""


class BadLine:
    """Serves what is at `url` on a port of its own. HTTP comes through; of what WebSockets bring, the events suffer.

    What is answered to a command is only lost with the connection, as it would be: see `lose_answer`.
    """

    def __init__(self, url: str, seed: int) -> None:
        self._target = url
        self._random = random.Random(seed)
        self._sockets: list[web.Request] = []
        self._loses_answer = False
        self._loses_message = False
        self._holding = ""
        self._held: list[tuple[web.WebSocketResponse, str]] = []
        self.is_bad = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def cut(self) -> None:
        """Reset all WebSockets."""
        for request in list(self._sockets):
            if request.transport:
                request.transport.abort()

    def lose_answer(self) -> None:
        """Reset all WebSockets in place of the next answer that holds a message: who posted it does not hear of it."""
        self._loses_answer = True

    def lose_message(self) -> None:
        """Reset all WebSockets in place of the next message that somebody sends: it was never posted."""
        self._loses_message = True

    def hold(self, what: str) -> None:
        """Keep back whatever holds these words, from now on."""
        self._holding = what

    async def let_go(self, number: int) -> None:
        """Deliver the first so many of what was kept back."""
        let, self._held = self._held[:number], self._held[number:]
        for browser, frame in let:
            await browser.send_str(frame)

    @property
    def held(self) -> int:
        """How much is kept back."""
        return len(self._held)

    async def __aenter__(self) -> Self:
        self._http = ClientSession(auto_decompress=False)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        await self._runner.cleanup()
        await self._http.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if "websocket" in request.headers.get("Upgrade", "").lower():
            return await self._carry(request)
        headers = {name: value for name, value in request.headers.items() if name.lower() in PASSED_ON}
        body = await request.read()
        address = f"{self._target}{request.path_qs}"
        async with self._http.request(request.method, address, headers=headers, data=body) as answer:
            headers = {name: value for name, value in answer.headers.items() if name.lower() in PASSED_BACK}
            return web.Response(status=answer.status, headers=headers, body=await answer.read())

    async def _carry(self, request: web.Request) -> web.WebSocketResponse:
        protocols = request.headers.get("Sec-WebSocket-Protocol", "").split(", ")
        browser = web.WebSocketResponse(protocols=protocols)
        await browser.prepare(request)
        self._sockets.append(request)
        try:
            address = f"{self._target}{request.path_qs}"
            async with self._http.ws_connect(address, protocols=protocols, origin=self._target) as gateway:
                await self._both_ways(browser, gateway)
        finally:
            self._sockets.remove(request)
        return browser

    async def _both_ways(self, browser: web.WebSocketResponse, gateway: ClientWebSocketResponse) -> None:
        back = asyncio.create_task(self._back(gateway, browser))
        with contextlib.suppress(ConnectionError):
            async for message in browser:
                if message.type is not WSMsgType.TEXT:
                    continue
                if self._loses_message and '"message.send"' in message.data:
                    self._loses_message = False
                    self.cut()
                    break
                await gateway.send_str(message.data)
        back.cancel()
        await asyncio.gather(back, return_exceptions=True)
        await gateway.close()

    async def _back(self, gateway: ClientWebSocketResponse, browser: web.WebSocketResponse) -> None:
        kept: list[str] = []
        async for message in gateway:
            if message.type is not WSMsgType.TEXT:
                continue
            if self._holding and self._holding in message.data:
                self._held.append((browser, message.data))
                continue
            is_event = '"event"' in message.data[:10]
            if self._loses_answer and not is_event and '"nonce"' in message.data:
                self._loses_answer = False
                self.cut()
                return
            if not self.is_bad or not is_event:
                frames = [message.data]
            else:
                frames = await self._suffered(message.data, kept)
            for frame in frames:
                await browser.send_str(frame)
        if gateway.close_code is not None:
            await browser.close(code=gateway.close_code)

    async def _suffered(self, event: str, kept: list[str]) -> list[str]:
        """What arrives in place of an event; `kept` are those that later ones overtake."""
        fate = self._random.random()
        if fate < 0.15:
            return []
        if fate < 0.3:
            return [event, event]
        if fate < 0.45:
            kept.append(event)
            return []
        if fate < 0.55:
            await asyncio.sleep(self._random.uniform(0, LATE))
        late, kept[:] = list(kept), []
        return [event, *late]
