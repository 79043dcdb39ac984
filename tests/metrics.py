"""What a gateway counts."""

import aiohttp

from tests.servers import Suite


async def metric(suite: Suite, name: str, gateway: str = "gateway") -> float:
    async with aiohttp.ClientSession() as http, http.get(f"{suite.url(gateway)}/metrics") as answer:
        text = await answer.text()
    return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))
