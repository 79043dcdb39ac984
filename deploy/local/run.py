"""`make run`: the whole suite on this machine, until Ctrl-C.

The web client is built, then come servers, then migrations, then services. Everything it keeps is in `.local`, which
may be deleted while nothing runs.
"""

import fcntl
import importlib
import json
import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from deploy.local.servers import Missing, Server, health, prepare
from deploy.local.settings import (
    LOCAL,
    ROOT,
    SERVERS,
    SERVICES,
    environment,
    next_free_port,
    of_service,
    passwords,
    write_private,
)
from deploy.local.supervise import Program, Supervisor, say
from deploy.local.web import BUILT, NotBuilt, build
from dialog.config import ConfigError, load

SERVERS_READY_SECONDS = 60
SERVICES_READY_SECONDS = 45
# More than the services need to drain, and what MariaDB may need to write down its pages.
SERVICE_STOP_SECONDS = 15
SERVER_STOP_SECONDS = 30
RUNNER_PORT = 19001

# Ctrl-C, an ordinary kill, and the terminal that is closed.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotReady(Exception):
    """Something did not start; the text says what, and shows its last lines."""


def main() -> int:
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    LOCAL.mkdir(exist_ok=True)
    LOCAL.chmod(0o700)
    try:
        with _only_one():
            _run()
    except KeyboardInterrupt:
        say("Dialog has stopped")
        return 0
    except (NotReady, NotBuilt, Missing) as problem:
        say(str(problem))
    return 1


def _stop(*_: object) -> None:
    # Once is enough: a second Ctrl-C must not interrupt the stopping and leave half of the suite behind.
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: None)
    raise KeyboardInterrupt


@contextmanager
def _only_one() -> Generator[None]:
    """Hold `.local/lock`, which supervisord comes to share. Raises NotReady while another run lives."""
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReady("Dialog already runs in this checkout, or is still stopping") from None
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _run() -> None:
    _allow_many_files()
    (LOCAL / "log").mkdir(exist_ok=True)
    words = passwords(LOCAL / "passwords.json")
    chosen = {name: value for name, value in os.environ.items() if name.startswith("DIALOG_")}
    build()
    # Last of all that takes time: whoever starts another suite meanwhile takes the same ones.
    ports = _choose_ports(chosen)
    settings = environment(ports, words, {"DIALOG_GATEWAY_WEB_FOLDER": str(BUILT)} | chosen)
    _check(settings)
    servers = prepare(LOCAL, ports, words)
    groups = {"servers": _of_servers(servers), "services": _of_services(settings)}
    with Supervisor(ROOT, LOCAL.relative_to(ROOT), ports["runner"], words["runner"], groups) as supervisor:
        for server in servers:
            _wait(supervisor, "servers", server.name, server.trouble, SERVERS_READY_SECONDS)
        _migrate(settings)
        supervisor.start("services")
        scheme = "https" if settings.get("DIALOG_GATEWAY_TLS_CERTIFICATE") else "http"
        for name in SERVICES:
            tls = scheme == "https" and name == "gateway"
            _wait(supervisor, "services", name, partial(health, ports[name], tls=tls), SERVICES_READY_SECONDS)
        with _announced(f"{scheme}://127.0.0.1:{ports['gateway']}", settings):
            _stay(supervisor)
    raise NotReady("the process runner has ended; .local/log/runner.log says why")


def _check(settings: Mapping[str, str]) -> None:
    """Wrong settings are said before anything starts. Raises NotReady."""
    for name in SERVICES:
        config = importlib.import_module(f"services.{name}.app").Config
        try:
            load(config, name, of_service(name, settings))
        except ConfigError as error:
            raise NotReady(f"{name}: {error}") from None


def _allow_many_files() -> None:
    """A gateway holds a file per socket; the limit that a shell starts with is often 1024."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    # Not all of an unlimited one: some programs make a table of that size.
    soft = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _choose_ports(chosen: dict[str, str]) -> dict[str, int]:
    """A free port for all that listens. Services ask for theirs anew each time, servers keep what they once got."""
    path = LOCAL / "ports.json"
    kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {name: _wanted_port(name, chosen) for name in SERVICES}
    wanted |= {name: kept.get(name, port) for name, port in {**SERVERS, "runner": RUNNER_PORT}.items()}
    ports: dict[str, int] = {}
    for name, port in wanted.items():
        others = {*ports.values(), *(other for owner, other in wanted.items() if owner != name)}
        ports[name] = next_free_port(port, others)
        if ports[name] != port:
            say(f"port {port} is taken: {name} gets port {ports[name]} instead")
    path.write_text(json.dumps({name: port for name, port in ports.items() if name not in SERVICES}))
    chosen |= {_port_setting(name): str(ports[name]) for name in SERVICES}
    return ports


def _wanted_port(name: str, chosen: Mapping[str, str]) -> int:
    text = chosen.get(_port_setting(name), str(SERVICES[name]))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise NotReady(f"{_port_setting(name)} is not a port: {text}")
    return int(text)


def _port_setting(name: str) -> str:
    return f"DIALOG_{name.upper()}_HTTP_PORT"


def _of_servers(servers: list[Server]) -> list[Program]:
    return [
        Program(
            name=server.name,
            command=server.command,
            log=_log(server.name).relative_to(ROOT),
            stop_seconds=SERVER_STOP_SECONDS,
        )
        for server in servers
    ]


def _of_services(settings: Mapping[str, str]) -> list[Program]:
    return [
        Program(
            name=name,
            command=(sys.executable, "-m", f"services.{name}"),
            environment=of_service(name, settings),
            stop_seconds=SERVICE_STOP_SECONDS,
        )
        for name in SERVICES
    ]


def _migrate(settings: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "dialog.migrate"]
    if subprocess.run(command, env=os.environ | settings, cwd=ROOT, check=False).returncode:
        raise NotReady("the migrations failed; nothing was started on them")


def _wait(supervisor: Supervisor, group: str, name: str, trouble: Callable[[], str], seconds: float) -> None:
    """Until `trouble` finds none. Raises NotReady when it takes too long, or the program dies again and again."""
    deadline = time.monotonic() + seconds
    while why := trouble():
        gone = supervisor.stopped() or supervisor.gave_up_on(group, name)
        if gone or time.monotonic() > deadline:
            what = "does not stay up" if gone else f"is not ready after {seconds:.0f} s"
            raise NotReady("\n".join([f"{name} {what}: {why}. Its last lines:", *_last_lines(supervisor, name)]))
        time.sleep(0.1)


def _last_lines(supervisor: Supervisor, name: str, count: int = 20) -> list[str]:
    log = _log(name)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else supervisor.last_lines(name)
    return [f"  {line}" for line in lines[-count:]]


def _stay(supervisor: Supervisor) -> None:
    """Until supervisord ends. Raises KeyboardInterrupt when our terminal is closed: `make` may keep that to itself."""
    terminal = os.isatty(1)
    while not supervisor.stopped():
        if terminal and not os.isatty(1):
            raise KeyboardInterrupt
        time.sleep(0.5)


def _log(server: str) -> Path:
    return LOCAL / "log" / f"{server}.log"


@contextmanager
def _announced(address: str, settings: Mapping[str, str]) -> Generator[None]:
    """Say that all is ready; leave the address and the settings where `make chat` and `make migrate` find them."""
    path = LOCAL / "address"
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
    write_private(LOCAL / "environment", "\n".join([*lines, ""]))
    write_private(path, address)
    say(f"Dialog is ready at {address}")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
