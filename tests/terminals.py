"""The terminal app in a terminal of its own, for tests that read its screen and type."""

import asyncio
import os
import pty
import re
import secrets
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

from deploy.local.settings import ROOT
from tests.patience import PATIENCE
from tests.people import PASSWORD

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>][0B]?|\x1b\][^\x07]*\x07|\r")
WHERE_IS_THE_CURSOR = b"\x1b[6n"


class Terminal:
    """A running app and what its screen has shown so far."""

    def __init__(self, name: str, url: str, home: Path) -> None:
        self.raw = ""
        self._seen = 0
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 120))
        command = (sys.executable, "-m", "clients.terminal", "--name", name, "--server", url)
        path = f"{ROOT}{os.pathsep}{ROOT / 'libs'}"
        self.process = subprocess.Popen(
            command,
            cwd=home,
            env=os.environ | {"PYTHONPATH": path, "TERM": "xterm", "COLUMNS": "120"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        os.set_blocking(self._master, False)

    def _read(self) -> None:
        try:
            while part := os.read(self._master, 65536):
                self.raw += part.decode(errors="replace")
                for _ in range(part.count(WHERE_IS_THE_CURSOR)):
                    os.write(self._master, b"\x1b[1;1R")
        except OSError:
            return

    async def shows(self, text: str) -> None:
        """Wait until `text` appears after what was waited for before."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := self.screen().find(text, self._seen)) < 0:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not in {self.screen()[self._seen :]!r}") from None
        self._seen = found + len(text)

    def screen(self) -> str:
        """Everything shown so far, without what moves the cursor."""
        self._read()
        return ESCAPES.sub("", self.raw)

    def types(self, text: str, *, enter: bool = True) -> None:
        os.write(self._master, text.encode() + (b"\r" if enter else b""))

    async def ends(self) -> int:
        """Its exit code."""
        async with asyncio.timeout(PATIENCE):
            while self.process.poll() is None:
                self._read()
                await asyncio.sleep(0.02)
        return self.process.returncode

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self._master)


def a_name(name: str) -> str:
    """One that nobody has."""
    return f"{name}.{secrets.token_hex(4)}"


async def registered(terminal: Callable[..., Terminal], name: str) -> Terminal:
    """Somebody new at a terminal, signed in."""
    screen = terminal(name)
    for question, answer in (
        ("Password of", PASSWORD),
        ("Register", "y"),
        ("once more", PASSWORD),
        ("13 years", "y"),
        ("Name that others see", name.split(".", maxsplit=1)[0].title()),
        ("privacy policy", "y"),
    ):
        await screen.shows(question)
        screen.types(answer)
    await screen.shows("this key resets it")
    await screen.shows("connected")
    return screen
