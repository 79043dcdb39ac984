"""What the processes of a suite on this machine are told: which there are, their ports, passwords and environment."""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
WEB = ROOT / "clients" / "web"

SERVICES: Mapping[str, int] = {"gateway": 8080, "auth": 8081, "chat": 8082, "presence": 8083}
SERVERS: Mapping[str, int] = {"mariadb": 13306, "redis": 16379, "nats": 14222, "nats-monitor": 18222}

# The services with a database of their own.
DATABASES = ("auth", "chat")


def passwords(path: Path) -> dict[str, str]:
    """One for every login and secret of the suite; made once, kept in `path` and readable by its owner alone."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {"redis", "nats", "runner", "admin", "auth-secret", *DATABASES} - kept.keys()
    if missing:
        kept |= {name: secrets.token_hex(32) for name in missing}
        write_private(path, json.dumps(kept, indent=2, sort_keys=True))
    return kept


def environment(ports: Mapping[str, int], words: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The settings of all services together; what stands in `chosen` wins."""
    gateway = ports["gateway"]
    return {
        "DIALOG_ENVIRONMENT": "development",
        "DIALOG_LOG_FORMAT": "console",
        "DIALOG_NATS_URL": f"nats://dialog:{words['nats']}@127.0.0.1:{ports['nats']}",
        "DIALOG_REDIS_URL": f"redis://:{words['redis']}@127.0.0.1:{ports['redis']}/0",
        "DIALOG_AUTH_SECRET": words["auth-secret"],
        # One gateway: there is none to move to while it drains.
        "DIALOG_GATEWAY_DRAIN_WITHIN": "1",
        "DIALOG_GATEWAY_ORIGINS": f"http://127.0.0.1:{gateway},http://localhost:{gateway}",
        **{f"DIALOG_{name.upper()}_MYSQL_URL": mysql_url(name, ports, words) for name in DATABASES},
        **{f"DIALOG_{name.upper()}_HTTP_PORT": str(ports[name]) for name in SERVICES},
        **chosen,
    }


def mysql_url(database: str, ports: Mapping[str, int], words: Mapping[str, str]) -> str:
    return f"mysql://dialog_{database}:{words[database]}@127.0.0.1:{ports['mariadb']}/dialog_{database}"


def of_service(name: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The shared settings and those of the service `name`: nobody is told another's password."""
    others = tuple(f"DIALOG_{other.upper()}_" for other in SERVICES if other != name)
    return {key: value for key, value in settings.items() if not key.startswith(others)}


def next_free_port(wanted: int, taken: Collection[int] = ()) -> int:
    """`wanted`, or the first one above it that is neither in `taken` nor listened on."""
    return _first_free(range(wanted, 65536), taken)


def any_free_port(taken: Collection[int] = ()) -> int:
    """A port nobody listens on, below those the kernel hands out to clients: it stays free while its server is down.

    No other process of this checkout is given it as long as this one runs.
    """
    candidates = (20000 + secrets.randbelow(12000) for _ in range(1000))
    return _first_free((port for port in candidates if _claim(port)), taken)


def _claim(port: int) -> bool:
    """Lock the byte that stands for a port; the kernel gives it back when the process ends."""
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@cache
def _claims() -> IO[bytes]:
    LOCAL.mkdir(exist_ok=True)
    return (LOCAL / "ports").open("wb")


def _first_free(candidates: Iterable[int], taken: Collection[int]) -> int:
    for port in candidates:
        if port not in taken and _is_free(port):
            return port
    raise OSError("no port is free on 127.0.0.1")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose old connections are still fading counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def write_private(path: Path, text: str) -> None:
    """Write `text` whole or not at all, readable by the owner alone from the first byte."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
