"""Work in the background of a process: owned, ended with its owner, and never dead unnoticed."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

from .log import get_logger

_log = get_logger()


@asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run these alongside the block, and end them with it.

    One that fails stops the process in good order: whoever runs it starts it again, which beats going on half alive.
    """
    tasks = [asyncio.create_task(one) for one in work]
    for task in tasks:
        task.add_done_callback(_notice)
    try:
        yield
    finally:
        await stop(tasks)


def _notice(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.critical("background work failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


async def stop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and return when all have ended.

    Asked once is not always enough: in Python 3.11 `asyncio.wait_for`, which the NATS client uses, loses a cancellation
    that arrives together with its result.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=0.2)
