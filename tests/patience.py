"""How long tests wait, and how they hold the product to a promise about time on a machine that may be busy.

What must happen is waited for with PATIENCE: only a test that fails takes that long. What must happen soon is measured:

    @timed
    async def test_it_comes_back(people: People) -> None:
        with within(10):
            await ...
"""

import asyncio
import inspect
import re
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds after which a test believes that something will never happen. A bound on hanging, no promise of anybody's."""

TRIES = 3

CROWDED = 10.0
"""Percent of the last ten seconds in which something waited for a processor."""


class Late(AssertionError):
    """A promise about time was not kept this time."""


@contextmanager
def within(seconds: float) -> Generator[None]:
    """Raise Late when the block has taken more than `seconds`; it is not cut short, so a wait in it has its own end."""
    started = time.monotonic()
    yield
    if (took := time.monotonic() - started) > seconds:
        raise Late(f"took {took:.2f} s, which is more than {seconds} s")


def timed(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A test, or a part of one, that measures time: whoever is Late may try again, as the machine had other work.

    The promise itself is never stretched, and anything else that goes wrong fails at once.
    """
    assert inspect.iscoroutinefunction(test)

    @wraps(test)
    async def tried(*args: Any, **kwargs: Any) -> None:
        for left in reversed(range(TRIES)):
            try:
                return await test(*args, **kwargs)
            except Late:
                if not left:
                    raise
        raise AssertionError("unreachable")

    return tried


async def others_finish() -> None:
    """Wait a while for other work on this machine to end, since it would be measured too."""
    for _ in range(int(PATIENCE)):
        if _pressure() < CROWDED:
            return
        await asyncio.sleep(1)


def _pressure() -> float:
    """How crowded the processors are, in percent; 0 when the kernel does not say."""
    told = Path("/proc/pressure/cpu")
    found = re.search(r"some avg10=([\d.]+)", told.read_text()) if told.exists() else None
    return float(found[1]) if found else 0
