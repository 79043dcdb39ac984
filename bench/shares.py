"""Processes held to a core, and to a part of it: what a machine of many cores would do, seen on one of few.

No root and no cgroups: whoever has used up its part of the time is stopped (SIGSTOP) until it has earned more.
"""

import os
import signal
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

PERIOD = 0.005
BURST = 0.02
"""Seconds between two looks, and seconds of its part that a process may save up."""


@contextmanager
def pinned(cores: Mapping[int, int]) -> Generator[None]:
    """Keep each of these processes on its core, then let them go anywhere."""
    everywhere = os.sched_getaffinity(0)
    for pid, core in cores.items():
        os.sched_setaffinity(pid, {core})
    try:
        yield
    finally:
        for pid in cores:
            os.sched_setaffinity(pid, everywhere)


@contextmanager
def rationed(pids: Sequence[int], share: float) -> Generator[None]:
    """Let none of these processes have more than `share` of one core."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(pids, share, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(pids: Sequence[int], share: float, ended: threading.Event) -> None:
    looked = time.monotonic()
    used = {pid: _cpu(pid) for pid in pids}
    saved = dict.fromkeys(pids, 0.0)
    stopped: set[int] = set()
    try:
        while not ended.wait(PERIOD):
            now, before = time.monotonic(), looked
            looked = now
            for pid in pids:
                spent, used[pid] = -used[pid], _cpu(pid)
                spent += used[pid]
                saved[pid] = min(saved[pid] + share * (now - before) - spent, share * BURST)
                if saved[pid] < 0 and pid not in stopped:
                    os.kill(pid, signal.SIGSTOP)
                    stopped.add(pid)
                elif saved[pid] >= 0 and pid in stopped:
                    os.kill(pid, signal.SIGCONT)
                    stopped.discard(pid)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, to the nanosecond: the clock that clock_getcpuclockid(3) names."""
    return time.clock_gettime((~pid << 3) | 2)
