"""Real servers and real services on this machine, for tests and benchmarks: started, hurt and stopped by name.

    async with Servers() as servers, Suite(servers) as suite:
        await suite.start("chat")
        await suite.start("chat", name="chat-2", env={"DIALOG_CHAT_CRASH_AT": "before_commit"})
        suite.kill("chat-2")
        suite.pause("nats")

Everything lives in a private folder below `.local/tests`, listens on free ports of 127.0.0.1 and dies with this
process.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from deploy.local.servers import health, prepare
from deploy.local.settings import (
    LOCAL,
    ROOT,
    SERVERS,
    SERVICES,
    any_free_port,
    environment,
    mysql_url,
    of_service,
    passwords,
)

READY_SECONDS = 120
STOP_SECONDS = 60
"""Bounds on hanging: what is to be fast is measured where it is promised."""
FOLDER = LOCAL / "tests"

# Cheap password hashes and readable logs; the servers stay as durable as they are in earnest.
TEST_SETTINGS = {
    "DIALOG_ENVIRONMENT": "test",
    "DIALOG_LOG_FORMAT": "json",
    "DIALOG_AUTH_ARGON2_MEMORY_KIB": "1024",
    # All tests come from one address.
    "DIALOG_AUTH_REGISTER_BURST": "100000",
    "DIALOG_AUTH_REGISTER_TRIES_BURST": "100000",
    "DIALOG_AUTH_USERNAME_CHECKS_BURST": "100000",
    "DIALOG_AUTH_LOGIN_BURST": "100000",
    # People of tests are strangers; those who test privacy choose it.
    "DIALOG_AUTH_WHO_MAY_ADD": "everyone",
    "DIALOG_AUTH_WHO_MAY_CALL": "everyone",
    "DIALOG_AUTH_WHO_SEES_LAST_SEEN": "everyone",
    "DIALOG_AUTH_WHO_SEES_PROFILE": "everyone",
    "DIALOG_GATEWAY_ADDRESS_BURST": "100000",
    "DIALOG_GATEWAY_UPGRADES_BURST": "100000",
    "DIALOG_GATEWAY_USER_BURST": "100000",
    "DIALOG_GATEWAY_DRAIN_WITHIN": "2",
    # Who reads nothing on purpose is not closed because all the rest takes long.
    "DIALOG_GATEWAY_STALLED": "120",
    "DIALOG_CHAT_GATHERINGS_BURST": "100000",
    # People of tests are new, strangers and in a hurry; those who test limits lower these.
    "DIALOG_CHAT_MESSAGES_BURST": "100000",
    "DIALOG_CHAT_STRANGERS_BURST": "100000",
    "DIALOG_CHAT_EDITS_BURST": "100000",
    "DIALOG_CHAT_DELETIONS_BURST": "100000",
    "DIALOG_CHAT_MANAGING_BURST": "100000",
    "DIALOG_CHAT_OPENINGS_BURST": "100000",
    "DIALOG_CHAT_SYNCS_BURST": "100000",
    "DIALOG_CHAT_NEW_FOR": "0.001",
    "DIALOG_AUTH_REPORTS_BURST": "100000",
    "DIALOG_PRESENCE_OFFLINE_GRACE": "1",
    "DIALOG_PRESENCE_SWEEP_INTERVAL": "0.1",
    "DIALOG_PRESENCE_TRANSITION_INTERVAL": "0.2",
    "DIALOG_AUTH_STATUS_BURST": "100000",
}


class NotReady(Exception):
    """A process did not become ready in time; the text ends with its last lines."""


@dataclass(slots=True, kw_only=True)
class Process:
    """A program that can be started again with the same settings; `trouble` says what keeps it from working, if any."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    trouble: Callable[[], str]
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def launch(self) -> None:
        """Start it without waiting; what it prints is added to `log`."""
        if self.is_running():
            raise RuntimeError(f"{self.name} runs already")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIALOG_")}
        with self.log.open("ab") as log:
            # It dies when we die; a session of its own keeps Ctrl-C for us.
            self._running = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                env=inherited | dict(self.env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """Of the process as it runs, or last ran."""
        if self._running is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._running.pid

    async def ready(self, within: float = READY_SECONDS) -> None:
        """Wait until it works. Raises NotReady when it ends or takes longer than `within` seconds."""
        deadline = time.monotonic() + within
        while why := await asyncio.to_thread(self.trouble):
            if not self.is_running() or time.monotonic() > deadline:
                state = "takes too long" if self.is_running() else "has ended"
                lines = self.log.read_text(errors="replace").splitlines()[-20:]
                raise NotReady("\n".join([f"{self.name} {state}: {why}", *lines]))
            await asyncio.sleep(0.03)

    def send(self, number: signal.Signals) -> None:
        if self._running is None:
            raise RuntimeError(f"{self.name} was never started")
        self._running.send_signal(number)

    def freeze(self) -> None:
        """SIGSTOP; when this returns all its threads stand still."""
        self.send(signal.SIGSTOP)
        while any(state not in "TZX" for state in self._states()):
            time.sleep(0.001)

    def _states(self) -> list[str]:
        """What each of its threads does, as in proc(5)."""
        states: list[str] = []
        for stat in Path(f"/proc/{self._running.pid if self._running else 0}/task").glob("*/stat"):
            with suppress(OSError):  # it has just ended
                states.append(stat.read_text().rpartition(")")[2].split()[0])
        return states

    async def gone(self, within: float = STOP_SECONDS) -> int:
        """Wait until it has ended, and return its exit code; raises TimeoutError."""
        deadline = time.monotonic() + within
        while self._running is not None and self._running.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} still runs after {within} s")
            await asyncio.sleep(0.02)
        return self._running.returncode if self._running else 0

    def kill(self) -> None:
        """SIGKILL, and be sure that it is gone; no trouble when it is already."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(STOP_SECONDS)


class Processes:
    """Named processes, and what can be done to them."""

    def __init__(self, processes: Mapping[str, Process] | None = None) -> None:
        self.processes: dict[str, Process] = dict(processes or {})

    def log(self, name: str) -> str:
        """All that the process has printed so far, over all its runs."""
        return self.processes[name].log.read_text(errors="replace")

    def is_running(self, name: str) -> bool:
        return self.processes[name].is_running()

    def kill(self, name: str) -> None:
        """SIGKILL: the process is gone when this returns."""
        self.processes[name].kill()

    def pause(self, name: str) -> None:
        """SIGSTOP: its connections stay open and nothing answers."""
        self.processes[name].freeze()

    def resume(self, name: str) -> None:
        self.processes[name].send(signal.SIGCONT)

    async def terminate(self, name: str, within: float = STOP_SECONDS) -> int:
        """SIGTERM; the exit code once it has ended. Raises TimeoutError."""
        self.processes[name].send(signal.SIGTERM)
        return await self.processes[name].gone(within)

    async def restart(self, name: str, within: float = READY_SECONDS) -> None:
        """Run it again on the same port with the same data, after SIGTERM if it still runs; ready when this returns."""
        process = self.processes[name]
        if process.is_running():
            await self.terminate(name)
        process.launch()
        await process.ready(within)

    async def ready(self, name: str, within: float = READY_SECONDS) -> None:
        """Wait until it works, after it was resumed or its servers came back."""
        await self.processes[name].ready(within)


class Servers(Processes):
    """MariaDB, Redis and nats-server with migrated databases, under the names `mariadb`, `redis` and `nats`."""

    def __init__(self) -> None:
        super().__init__()
        _remove_left_overs()
        self.folder = FOLDER / f"{os.getpid()}-{secrets.token_hex(4)}"
        self.folder.mkdir(parents=True, mode=0o700)
        self._passwords = passwords(self.folder / "passwords.json")
        self.ports: dict[str, int] = {}
        for name in (*SERVERS, *SERVICES):
            self.ports[name] = any_free_port(self.ports.values())
        self.environment = environment(self.ports, self._passwords, TEST_SETTINGS)

    async def start(self) -> None:
        """All three at once, then the migrations."""
        for server in await asyncio.to_thread(prepare, self.folder, self.ports, self._passwords, admin=True):
            log = self.folder / f"{server.name}.log"
            process = Process(name=server.name, command=server.command, env={}, log=log, trouble=server.trouble)
            self.processes[server.name] = process
            process.launch()
        for name in self.processes:
            await self.ready(name)
        await self._migrate()

    async def stop(self) -> None:
        """All are killed, their data with them: nobody will read it."""
        for process in self.processes.values():
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mysql_url(self, name: str) -> str:
        """The address of a service's database; that of `admin`, who may do everything, is an empty one to play with."""
        return mysql_url(name, self.ports, self._passwords)

    async def _migrate(self) -> None:
        log = self.folder / "migrate.log"
        command = (sys.executable, "-m", "dialog.migrate")
        migration = Process(name="migrate", command=command, env=self.environment, log=log, trouble=str)
        migration.launch()
        if code := await migration.gone(within=READY_SECONDS):
            raise NotReady(f"the migrations ended with {code}\n{log.read_text(errors='replace')}")

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class Suite(Processes):
    """Service processes over `servers`, which can be named here as well: `suite.kill("mariadb")`."""

    def __init__(self, servers: Servers) -> None:
        super().__init__(servers.processes)
        self.servers = servers
        self._ports: dict[str, int] = {}
        self._folder = servers.folder / f"suite-{secrets.token_hex(4)}"
        self._folder.mkdir(mode=0o700)

    async def start(self, service: str, name: str = "", env: Mapping[str, str] | None = None) -> None:
        """Start a process of `service`, called `name` or like the service, and wait until it is ready.

        `env` is added to its settings. Raises NotReady.
        """
        process = self._make(service, name or service, env or {})
        process.launch()
        await process.ready()

    async def start_all(self, *services: str) -> None:
        """The same for several services, side by side."""
        await asyncio.gather(*(self.start(service) for service in services or SERVICES))

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    async def stop(self) -> None:
        """SIGTERM to all service processes, SIGKILL to those that take too long; the servers stay."""
        services = [self.processes[name] for name in self._ports if self.processes[name].is_running()]
        for process in services:
            process.send(signal.SIGCONT)
            process.send(signal.SIGTERM)
        await asyncio.gather(*(process.gone() for process in services), return_exceptions=True)
        for process in services:
            process.kill()

    def _make(self, service: str, name: str, env: Mapping[str, str]) -> Process:
        if name in self.processes and self.is_running(name):
            raise ValueError(f"{name} runs already")
        port = self._ports[name] = any_free_port([*self._ports.values(), *self.servers.ports.values()])
        own = {
            f"DIALOG_{service.upper()}_HTTP_PORT": str(port),
            "DIALOG_GATEWAY_ORIGINS": f"http://127.0.0.1:{port}",
        }
        self.processes[name] = Process(
            name=name,
            command=(sys.executable, "-m", f"services.{service}"),
            env=of_service(service, self.servers.environment | own | dict(env)),
            log=self._folder / f"{name}.log",
            trouble=partial(health, port),
        )
        return self.processes[name]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def _remove_left_overs() -> None:
    """The data of runs that were killed: their folders begin with the id of a process that is gone."""
    for folder in FOLDER.glob("*-*"):
        if not Path("/proc", folder.name.split("-")[0]).exists():
            shutil.rmtree(folder, ignore_errors=True)
