"""`python -m bench.profile <scenario>`: a flame graph of every Python service under that load, and its top functions.

Samples of what each process does are taken by py-spy from outside, a few hundred a second, while the scenario is
measured. What takes time in compiled code (a write to a socket, asyncmy, the loop itself) counts for the Python
function that called it, which for much of uvloop's and asyncmy's work is `Runner.run`.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from deploy.local.settings import SERVICES

from . import flame
from .__main__ import FOLDER, allow_many_files
from .machine import children
from .report import rows_of, table
from .rig import open_rig
from .scenarios import chosen

PER_SECOND = "250"
TOP = 25
PY_SPY = Path(sys.executable).with_name("py-spy")
WRITING_SECONDS = 30


def main() -> int:
    try:
        scenario = chosen([sys.argv[1] if len(sys.argv) > 1 else ""])[0]
    except LookupError as error:
        sys.exit(str(error))
    FOLDER.mkdir(exist_ok=True)
    allow_many_files()
    asyncio.run(profile(scenario.name))
    return 0


async def profile(name: str) -> None:
    """Run the scenario once, watched."""
    [scenario] = [one for one in chosen([name]) if one.name == name]
    async with open_rig(partial(_watched, name)) as rig, asyncio.timeout(scenario.seconds):
        figures = await scenario.run(rig)
    print(table(scenario, rows_of(name, figures, {})))
    for service in SERVICES:
        _tell(name, service)


@asynccontextmanager
async def _watched(name: str) -> AsyncGenerator[None]:
    """Within the block every Python service is sampled; of several processes of one service, the newest."""
    watchers: list[asyncio.subprocess.Process] = []
    newest = {child.part: child.pid for child in sorted(children(), key=lambda child: child.pid)}
    for service in SERVICES:
        out = str(_raw(name, service))
        words = ("record", "--pid", str(newest[service]), "--rate", PER_SECOND, "--format", "raw", "--output", out)
        quiet = asyncio.subprocess.DEVNULL
        watchers.append(await asyncio.create_subprocess_exec(PY_SPY, *words, stdout=quiet, stderr=quiet))
    try:
        yield
    finally:
        for watcher in watchers:
            with contextlib.suppress(ProcessLookupError):
                watcher.send_signal(signal.SIGINT)
        async with asyncio.timeout(WRITING_SECONDS):
            await asyncio.gather(*(watcher.wait() for watcher in watchers))


def _raw(name: str, service: str) -> Path:
    return FOLDER / f"profile-{name}-{service}.txt"


def _tell(name: str, service: str) -> None:
    raw = _raw(name, service)
    if not raw.exists() or not (stacks := flame.read(raw.read_text())):
        print(f"\n{service}: no samples: it slept, or py-spy may not look into it (it needs ptrace)")
        return
    picture = raw.with_suffix(".svg")
    picture.write_text(flame.svg(stacks, f"{name}: {service}"))
    print(f"\n{service}: {sum(stacks.values())} samples, {picture}\n{flame.top(stacks, TOP)}")


if __name__ == "__main__":
    sys.exit(main())
