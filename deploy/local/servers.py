"""The servers under the suite, private to one folder: MariaDB, Redis and nats-server.

`make run` and the tests start the same ones with the same settings: mariadb.cnf, redis.conf and nats.conf beside this.
"""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template

from deploy.local.settings import DATABASES, write_private

# Distributions keep what MariaDB's system tables are made of in one of these.
MARIADB_SHARES = (Path("/usr/share/mariadb"), Path("/usr/share/mysql"))

# The folders of system programs are not on everybody's PATH.
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


class Missing(Exception):
    """A program is not installed; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A program that is ready to be started: what to run, and how to ask whether it answers.

    `trouble` returns what is wrong, an empty string when nothing is, and takes a second at most.
    """

    name: str
    command: tuple[str, ...]
    trouble: Callable[[], str]


def prepare(folder: Path, ports: Mapping[str, int], words: Mapping[str, str], *, admin: bool = False) -> list[Server]:
    """Write what the three servers need below `folder`. `admin` adds a database user who may do everything."""
    return [
        _database(folder / "mariadb", ports["mariadb"], words, (*DATABASES, "admin") if admin else DATABASES),
        _redis(folder / "redis", ports["redis"], words["redis"]),
        _nats(folder / "nats", ports["nats"], ports["nats-monitor"], words["nats"]),
    ]


def health(port: int, *, tls: bool = False) -> str:
    """What keeps the service on `port` from being ready, in its own words; empty when nothing does."""
    return _trouble_over_http(port, "/health/ready", tls=tls)


def _database(folder: Path, port: int, words: Mapping[str, str], users: tuple[str, ...]) -> Server:
    """MariaDB, or the MySQL whose program the environment variable MYSQLD names."""
    data, init, tmp = folder / "data", folder / "init.sql", folder / "tmp"
    mysql = os.environ.get("MYSQLD", "")
    program = _program(mysql or "mariadbd")
    if not (data / "mysql").exists():
        create = _initialize_mysql if mysql else _create_system_tables
        create(program, data)
    prepared = () if mysql else ("SET sql_log_bin = 0;",)
    write_private(init, "\n".join([*prepared, *(_login(name, words[name]) for name in users), ""]))
    tmp.mkdir(exist_ok=True, mode=0o700)
    settings = {"data": data, "tmp": tmp, "init": init, "port": port, "user": "root" if os.geteuid() == 0 else ""}
    config = _configure("mysql.cnf" if mysql else "mariadb.cnf", folder, settings)
    return Server(
        name="mariadb", command=(program, f"--defaults-file={config}"), trouble=partial(_trouble_of_database, port)
    )


def _initialize_mysql(program: str, data: Path) -> None:
    data.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    user = ["--user=root"] if os.geteuid() == 0 else []
    command = [program, "--no-defaults", "--initialize-insecure", f"--datadir={data}", "--skip-log-bin", *user]
    done = subprocess.run(command, text=True, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        raise Missing(f"MySQL could not create its system tables:\n{done.stderr[-2000:]}")


def _create_system_tables(program: str, data: Path) -> None:
    """What mariadb-install-db does, without its trouble with spaces in paths and its changes to system folders."""
    fresh = data.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    parts = ("system_tables", "performance_tables", "system_tables_data")
    scripts = [path for share in MARIADB_SHARES for part in parts for path in sorted(share.glob(f"m*_{part}.sql"))]
    sql = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = 'root';\n"
    sql += "".join(path.read_text() for path in scripts[: len(parts)])
    command = [
        program,
        "--no-defaults",
        "--bootstrap",
        f"--datadir={fresh}",
        f"--tmpdir={fresh}",
        "--lc-messages=en_US",
        "--log-warnings=0",
    ]
    done = subprocess.run(command, input=sql, text=True, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        raise Missing(f"MariaDB could not create its system tables:\n{done.stderr[-2000:]}")
    fresh.rename(data)


def _login(name: str, password: str) -> str:
    """SQL, harmless when repeated, for a user with a database of its own; `admin` may do everything instead."""
    user = f"'dialog_{name}'@'127.0.0.1'"
    # An underscore is a wildcard in the name that a grant is for.
    scope = "*.*" if name == "admin" else f"`dialog\\_{name}`.*"
    return (
        f"CREATE DATABASE IF NOT EXISTS dialog_{name};\n"
        f"CREATE USER IF NOT EXISTS {user};\n"
        f"ALTER USER {user} IDENTIFIED BY '{password}';\n"
        f"GRANT ALL PRIVILEGES ON {scope} TO {user};"
    )


def _redis(folder: Path, port: int, password: str) -> Server:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    program = shutil.which("redis-server", path=SEARCH)
    if program is None:
        # One binary that goes by its name: redis-tools holds it without the system service of the package redis-server.
        link = folder / "redis-server"
        link.unlink(missing_ok=True)
        link.symlink_to(_program("redis-check-rdb"))
        program = str(link)
    config = _configure("redis.conf", folder, {"port": port, "password": password, "folder": folder})
    return Server(name="redis", command=(program, str(config)), trouble=partial(_trouble_of_redis, port, password))


def _nats(folder: Path, port: int, monitor: int, password: str) -> Server:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    program = Path(sys.executable).with_name("nats-server")
    settings = {"port": port, "monitor": monitor, "password": password, "folder": folder}
    config = _configure("nats.conf", folder, settings)
    return Server(
        name="nats",
        # One thread for Go's own work: several would spin for each other (docs/performance.md).
        command=("env", "GOMAXPROCS=1", str(program), "--config", str(config)),
        trouble=partial(_trouble_over_http, monitor, "/healthz"),
    )


def _configure(template: str, folder: Path, settings: Mapping[str, object]) -> Path:
    text = Template(Path(__file__).with_name(template).read_text())
    path = folder / template
    # `$words` in a comment stay as they are.
    write_private(path, text.safe_substitute(settings))
    return path


def _program(name: str) -> str:
    path = shutil.which(name, path=SEARCH)
    if path is None:
        raise Missing(f"{name} is not installed: run `make setup`")
    return path


def _trouble_of_database(port: int) -> str:
    """Its greeting comes once init.sql is through and connections are taken; protocol version 10 leads it."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            greeting = connection.recv(5)
    except OSError as error:
        return str(error)
    return "" if greeting[4:5] == b"\x0a" else "it refuses connections"


def _trouble_of_redis(port: int, password: str) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.makefile("rb")
            lines = [answer.readline().strip(), answer.readline().strip()]
    except OSError as error:
        return str(error)
    return "" if lines == [b"+OK", b"+PONG"] else f"it answers {lines}"


def _trouble_over_http(port: int, path: str, *, tls: bool = False) -> str:
    connection = _tls_connection(port) if tls else http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return "" if response.status == 200 else f"{response.status} {_in_one_line(body)}"


def _tls_connection(port: int) -> http.client.HTTPConnection:
    """Whether it is ready is all that is asked of it, on this machine: its certificate may be for another name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=1, context=context)


def _in_one_line(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body))
    except ValueError:
        return body[:200].decode(errors="replace").strip()
