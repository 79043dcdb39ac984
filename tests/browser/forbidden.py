"""Where browsers report what the policy of the web client forbade them."""

import json
from typing import Any, Self

from aiohttp import web


class Forbidden:
    """Takes the reports, on a free port of this machine."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []
        self.url = ""
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app)

    async def _take(self, request: web.Request) -> web.Response:
        self.reports.append(json.loads(await request.text())["csp-report"])
        return web.Response(status=204)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        [(host, port)] = self._runner.addresses
        self.url = f"http://{host}:{port}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
