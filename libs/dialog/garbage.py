"""Python's garbage collector, kept from stopping a process for long.

Almost all that a command leaves behind goes by itself. What the collector is for are objects that hold each other, and
it finds them by looking at everything that is new: at the default settings every 700 objects, and again and again at
the older ones. With each command a socket gets a few new objects in place of old ones, so under 5,000 busy sockets what
is new is never little: a look at it took 60 ms, a look at everything 300, and neither found anything.
"""

import asyncio
import gc
from collections.abc import Mapping
from typing import Any

NEW = 100_000
"""Objects that are added until all new ones are looked at: some 60 ms, and what 1,000 sockets hold."""
EVERYTHING = 3600.0
"""Seconds between two looks at everything."""


def collect_seldom() -> None:
    """From now on look at what is new only when there is a lot of it, and at nothing twice.

    What is there now stays, and so does what a look leaves: if it becomes garbage later, `keep_collecting` finds it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW, 0, 0)
    gc.callbacks.append(_looked)


def _looked(phase: str, _info: Mapping[str, Any]) -> None:
    if phase == "stop":
        gc.freeze()


async def keep_collecting() -> None:
    """Look at everything once an hour. Runs until cancelled."""
    while True:
        await asyncio.sleep(EVERYTHING)
        gc.unfreeze()
        gc.collect()
