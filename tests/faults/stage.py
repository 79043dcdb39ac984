"""The suite as faults meet it: two replicas of every service, each edge through a proxy of its own.

clients ─ gateways      "clients", which also balances between the gateways
<service> ─ NATS        "gateway-nats", "auth-nats", "chat-nats", "presence-nats"
<service> ─ MariaDB     "auth-mariadb", "chat-mariadb"
<service> ─ Redis       "auth-redis", "presence-redis"
"""

import asyncio
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Self

import asyncmy

from deploy.local.settings import SERVICES
from dialog.db import connection_arguments
from tests.faults.proxy import FaultProxy
from tests.servers import Servers, Suite

SERVERS = ("mariadb", "nats", "redis")
EDGES = {
    "clients": ("gateway", ""),
    **{f"{service}-nats": ("nats", "DIALOG_NATS_URL") for service in SERVICES},
    **{f"{service}-mariadb": ("mariadb", f"DIALOG_{service.upper()}_MYSQL_URL") for service in ("auth", "chat")},
    **{f"{service}-redis": ("redis", "DIALOG_REDIS_URL") for service in ("auth", "presence")},
}
"""Name to what it leads to, and the setting that says where that is."""

# What heals by itself heals soon, so that the short form is short. `make soak` runs with the same.
FAST = {
    "DIALOG_COMMAND_TIMEOUT": "3",
    "DIALOG_FACTS_AGAIN_AFTER": "10",
    "DIALOG_CHAT_OUTBOX_INTERVAL": "0.3",
    "DIALOG_CHAT_OUTBOX_GRACE": "0.6",
    "DIALOG_AUTH_OUTBOX_INTERVAL": "0.3",
    "DIALOG_AUTH_OUTBOX_GRACE": "0.6",
    "DIALOG_GATEWAY_RESYNC_WITHIN": "0.3",
    "DIALOG_GATEWAY_DRAIN_WITHIN": "1",
}


class Stage:
    """`servers`, a suite over them with `replicas` of each service (`chat`, `chat-2`, …), and the proxies between."""

    def __init__(self, servers: Servers, *, seed: int = 0, replicas: int = 2) -> None:
        self.servers = servers
        self.suite = Suite(servers)
        self.proxies: dict[str, FaultProxy] = {}
        self.names = [name if not number else f"{name}-{number + 1}" for name in SERVICES for number in range(replicas)]
        self._ill: set[str] = set()
        self._seed = seed
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._stack.enter_async_context(self.suite)
            for edge, (target, _) in EDGES.items():
                targets = [("127.0.0.1", self.servers.ports[target])] if edge != "clients" else []
                proxy = FaultProxy(edge, *targets, seed=self._seed)
                self.proxies[edge] = await self._stack.enter_async_context(proxy)
            await asyncio.gather(*(self.start(name) for name in self.names))
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.heal()
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self.proxies['clients'].port}"

    @property
    def processes(self) -> list[str]:
        """Everything that can be killed or paused."""
        return [*self.names, *SERVERS]

    async def start(self, name: str) -> None:
        """Start a process of the service that `name` begins with; a gateway gets its share of the clients."""
        service = service_of(name)
        await self.suite.start(service, name, FAST | self._through_proxies(service))
        if service == "gateway":
            self.admit(name)

    def _through_proxies(self, service: str) -> dict[str, str]:
        """The addresses of its servers, each with the port of its proxy."""
        env = self.servers.environment
        return {
            setting: re.sub(r":\d+(/|$)", rf":{self.proxies[edge].port}\1", env[setting])
            for edge, (_, setting) in EDGES.items()
            if edge.startswith(f"{service}-")
        }

    def admit(self, gateway: str) -> None:
        """Give it new clients."""
        address = ("127.0.0.1", self.suite._ports[gateway])
        if address not in self.proxies["clients"].targets:
            self.proxies["clients"].targets.append(address)

    def dismiss(self, gateway: str) -> None:
        """Give it no new clients, as one does before stopping it."""
        self.proxies["clients"].targets.remove(("127.0.0.1", self.suite._ports[gateway]))

    async def infect(self, name: str, bug: str, env: Mapping[str, str] | None = None) -> None:
        """Kill a service process, and start it again with a bug of `bugs.py`, until `heal`."""
        process = self.suite.processes[name]
        process.kill()
        healthy = process.command, process.env
        process.command = (sys.executable, "-m", "tests.faults.bugs", bug, service_of(name))
        process.env = dict(process.env) | dict(env or {})
        process.launch()
        process.command, process.env = healthy
        self._ill.add(name)
        await process.ready()

    async def doom(self, name: str, point: str) -> None:
        """Kill a service process, and start it again so that it dies at the crash point `point`."""
        process = self.suite.processes[name]
        process.kill()
        healthy = process.env
        process.env = dict(healthy) | {"DIALOG_CRASH_AT": point}
        process.launch()
        process.env = healthy

    async def heal(self) -> None:
        """Everything passes, everything runs, everything is ready."""
        for proxy in self.proxies.values():
            proxy.heal()
        for name in (*SERVERS, *self.names):
            process = self.suite.processes.get(name)
            if process is None:
                continue
            if name in self._ill:
                process.kill()
            if process.is_running():
                process.send(signal.SIGCONT)
            else:
                process.launch()
        self._ill.clear()
        await asyncio.gather(*(self.suite.ready(name) for name in self.processes if name in self.suite.processes))

    def errors(self) -> list[str]:
        """What the services have logged as errors so far, each kind once."""
        found: dict[str, str] = {}
        for name in self.names:
            for line in self.suite.log(name).splitlines():
                if '"level": "error"' in line or '"level": "critical"' in line or line.startswith("Traceback"):
                    what = re.sub(r"\d+", "#", line)
                    found.setdefault(what, f"{name} logged {line[:1500]}")
        return list(found.values())[:5]

    async def rows_waiting(self) -> int:
        """Rows in the outboxes: what was committed and is not known to be published."""
        connection = await asyncmy.connect(autocommit=True, **connection_arguments(self.servers.mysql_url("admin")))
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(
                    "SELECT (SELECT COUNT(*) FROM dialog_chat.outbox) + (SELECT COUNT(*) FROM dialog_auth.outbox)"
                )
                [(number,)] = await cursor.fetchall()
        finally:
            connection.close()
        return int(number)


def service_of(name: str) -> str:
    """`chat` for `chat-2`."""
    return name.partition("-")[0]
