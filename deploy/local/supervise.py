"""Supervisor over the processes of a local suite: it starts them, restarts what dies and stops all in order.

Whatever it prints passes through here, so that one writer serves a terminal, a pipe or a file alike and the last lines
of each process are at hand when one fails.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from deploy.local.settings import write_private

# supervisord's own lines: of these, people want to read what went wrong and what was started again.
OWN_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ (?P<level>[A-Z]+) (?P<text>.*)")
STOP_SECONDS = 60

# Each program is given its own settings. Unbuffered, Python writes a line and its end apart: others come between.
NOT_PASSED_ON = ("DIALOG_", "PYTHONUNBUFFERED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What supervisord is to keep alive. It prints into `log`, a path relative to the root, or else into our output."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Path | None = None
    stop_seconds: int


def say(text: str) -> None:
    """One line for whoever watches; nobody may be left, when the terminal is closed or the pipe is cut."""
    with suppress(OSError):
        os.write(1, f"{text}\n".encode(errors="replace"))


class Supervisor:
    """supervisord as a child: the first group runs once it is entered, others when told; leaving it stops everything.

    Its own files go below `folder`, which is relative to `root`, where all of its programs run.
    """

    def __init__(self, root: Path, folder: Path, port: int, password: str, groups: Mapping[str, Sequence[Program]]):
        self._root = root
        self._config = folder / "supervisord.conf"
        self._lock = folder / "lock"
        write_private(root / self._config, _config(folder, port, password, groups))
        self._door = ServerProxy(f"http://runner:{password}@127.0.0.1:{port}/RPC2")
        self._rpc: Any = self._door.supervisor
        self._last: deque[str] = deque(maxlen=2000)

    def __enter__(self) -> Self:
        # The lock is held as long as supervisord lives, also when we are killed; it stops when we die, and its children
        # when it dies. A session of its own keeps the terminal's Ctrl-C from reaching it beside our own SIGTERM.
        command = [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(self._config)]
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "flock", "--no-fork", "--shared", str(self._lock), *command],
            cwd=self._root,
            env={name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._relay = threading.Thread(target=self._relay_lines)
        self._relay.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._relay.join(5)
        self._door("close")()

    def start(self, group: str, within: float = 10) -> None:
        """Start a group that waits to be told. Raises OSError when supervisord does not answer in time."""
        deadline = time.monotonic() + within
        while True:
            try:
                self._rpc.startProcessGroup(group, False)
                return
            except OSError:
                if self.stopped() or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stopped(self) -> bool:
        return self._process.poll() is not None

    def gave_up_on(self, group: str, name: str) -> bool:
        """Whether the program died again and again and is no longer started."""
        try:
            return self._rpc.getProcessInfo(f"{group}:{name}")["statename"] == "FATAL"
        except (OSError, Fault, ProtocolError):
            # It does not answer yet, or somebody else's does: then ours has found its port taken and ends.
            return False

    def last_lines(self, name: str, count: int = 20) -> list[str]:
        """What the program `name`, which has no log of its own, printed last; or else, unmarked, what all did."""
        return ([line for line in self._last if line.startswith(name)] or list(self._last))[-count:]

    def _relay_lines(self) -> None:
        if output := self._process.stdout:
            with output:
                for raw in output:
                    self._take(raw.decode(errors="replace").rstrip("\n"))

    def _take(self, line: str) -> None:
        own = OWN_LINE.match(line)
        if own is None:
            self._last.append(line)
            say(line)
        elif own["level"] != "INFO" or own["text"].startswith(("gave up", "spawned")):
            say(f"{'runner':<9}| {own['text']}")


def _config(folder: Path, port: int, password: str, groups: Mapping[str, Sequence[Program]]) -> str:
    sections = [
        "[supervisord]",
        f"logfile={folder}/log/runner.log",
        "logfile_maxbytes=1MB",
        "logfile_backups=1",
        f"pidfile={folder}/runner.pid",
        f"childlogdir={folder}/log",
        *(["user=root"] if os.geteuid() == 0 else []),
        "[inet_http_server]",
        f"port=127.0.0.1:{port}",
        "username=runner",
        f"password={password}",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for priority, (group, programs) in enumerate(groups.items()):
        for program in programs:
            sections += _section(program, autostart=priority == 0)
        sections += [f"[group:{group}]", f"programs={','.join(p.name for p in programs)}", f"priority={priority}"]
    return "\n".join([*sections, ""])


def _section(program: Program, *, autostart: bool) -> list[str]:
    command = ["setpriv", "--pdeathsig", "TERM", *program.command]
    if program.log:
        output = [f"stdout_logfile={program.log}", "stdout_logfile_maxbytes=10MB", "stdout_logfile_backups=1"]
    else:
        output = ["stdout_logfile=/dev/fd/1", "stdout_logfile_maxbytes=0"]
    return [
        f"[program:{program.name}]",
        f"command={_literal(shlex.join(command))}",
        f"environment={','.join(f'{name}={_quoted(value)}' for name, value in program.environment.items())}",
        f"autostart={str(autostart).lower()}",
        "autorestart=true",
        "startretries=5",
        f"stopwaitsecs={program.stop_seconds}",
        "redirect_stderr=true",
        *output,
    ]


def _literal(text: str) -> str:
    """supervisord expands what follows a percent sign (twice in names of files, which are relative for that reason)."""
    return text.replace("%", "%%")


def _quoted(value: str) -> str:
    """supervisord knows two kinds of quotes and no way to escape one."""
    quote = "'" if '"' in value else '"'
    if quote in value or "\n" in value:
        raise ValueError(f"a setting may not hold both kinds of quotes or a line break: {value}")
    return f"{quote}{_literal(value)}{quote}"
