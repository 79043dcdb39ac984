"""Signing in: with the token kept from last time, with the password, or by registering."""

import fcntl
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO

from dialog.client import Client, ConnectionLost, Refused, SignedOut
from dialog.client.door import http_session, post
from dialog.protocol.accounts import BadCredentials, PasswordRefused, PolicyOutdated, RegisterAccount

from .words import explain

FOLDER = Path(".local/terminal")
DEVICES = 9
"""Terminals of one person that may run at once, each a device of its own."""

Ask = Callable[[str], Awaitable[str]]


class Stop(Exception):
    """There is nothing to be done; the text says why."""


class Kept:
    """The login token of one device, in a file that only its owner can read and only one terminal uses."""

    def __init__(self, path: Path, lock: IO[str], url: str) -> None:
        self.path = path
        self._lock = lock
        self._url = url

    @classmethod
    def claim(cls, name: str, url: str) -> "Kept":
        """The first file for this name that no other running terminal uses. Raises Stop."""
        FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1, DEVICES + 1):
            path = FOLDER / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
            lock = path.with_suffix(".lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            return cls(path, lock, url)
        raise Stop(f"{name} is signed in on {DEVICES} terminals already")

    def read(self) -> str:
        """The token for this server; empty when there is none."""
        try:
            kept = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return ""
        return str(kept.get("login_token", "")) if kept.get("url") == self._url else ""

    def write(self, login_token: str) -> None:
        """Keep it, whole or not at all."""
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"url": self._url, "login_token": login_token}, file)
        draft.replace(self.path)

    def forget(self) -> None:
        """The token is no good any more."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another terminal have the file."""
        self._lock.close()


async def sign_in(name: str, url: str, kept: Kept, *, ask: Ask, ask_secret: Ask) -> Client:
    """A client that is connected. Raises Stop."""
    if token := kept.read():
        client = Client.resume(url, token, on_login_token=kept.write, device="Terminal")
        try:
            return await client.open(seconds=15)
        except SignedOut:
            kept.forget()
            print("The last session has ended.")
        except ConnectionLost as lost:
            raise Stop(f"{url} does not answer: {lost}") from None
    try:
        client = await _with_password(name, url, ask, ask_secret)
        client.session.on_login_token = kept.write
        kept.write(client.session.login_token)
        return await client.open(seconds=15)
    except ConnectionLost as lost:
        raise Stop(f"{url} does not answer: {lost}") from None
    except Refused as refused:
        raise Stop(explain(refused)) from None


async def _with_password(name: str, url: str, ask: Ask, ask_secret: Ask) -> Client:
    password = await ask_secret(f"Password of {name}: ")
    try:
        return await Client.sign_in(url, name, password, device="Terminal")
    except Refused as refused:
        if not isinstance(refused.failure, BadCredentials):
            raise
    print(f"There is no {name} with this password.")
    if not await _yes(ask, f"Register {name} as a new account?"):
        raise Stop("Not signed in.")
    await _register(name, url, password, ask, ask_secret)
    return await Client.sign_in(url, name, password, device="Terminal")


async def _register(name: str, url: str, password: str, ask: Ask, ask_secret: Ask) -> None:
    if await ask_secret("The password once more: ") != password:
        raise Stop("The two passwords differ.")
    if not await _yes(ask, "Are you 13 years old or older?"):
        raise Stop("Dialog is for people of 13 years and older.")
    display_name = (await ask(f"Name that others see [{name}]: ")).strip() or name
    policy = "none yet"
    while True:
        command = RegisterAccount(
            username=name,
            password=password,
            display_name=display_name,
            age_confirmed=True,
            policy_version=policy,
        )
        try:
            async with http_session() as http:
                registered = await post(http, url, command)
            break
        except Refused as refused:
            if isinstance(refused.failure, PasswordRefused):
                raise Stop(f"Choose another password: {explain(refused)}") from None
            if not isinstance(refused.failure, PolicyOutdated):
                raise
            policy = refused.failure.current
            if not await _yes(ask, f"Do you accept the privacy policy of this server, version {policy}?"):
                raise Stop("Not registered.") from None
    print(f"\nWelcome, {name}. Should you forget the password, this key resets it. It is shown only now:\n")
    print(f"    {registered.recovery_key}\n")


async def _yes(ask: Ask, question: str) -> bool:
    return (await ask(f"{question} [y/N] ")).strip().lower() in ("y", "yes")
