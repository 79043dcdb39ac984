"""`python -m bench`: run the scenarios, print tables, write .bench/latest.json and a picture of each.

python -m bench [--only direct,group-100] [--base <git revision>] [--pairs 2] [--out FILE] [--plain]
"""

import argparse
import asyncio
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.settings import ROOT
from tests.servers import NotReady

from . import compare
from .figures import Scenario
from .report import Result, Row, rows_of, table, write
from .rig import Failed, Rig, open_rig
from .scenarios import chosen

FOLDER = ROOT / ".bench"
FILES = 65536


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", default="", help="beginnings of names of scenarios, with commas between")
    parser.add_argument("--base", default="", help="a git revision to compare with")
    parser.add_argument("--pairs", type=int, default=2, help="how often both take turns")
    parser.add_argument("--out", type=Path, default=FOLDER / "latest.json")
    parser.add_argument("--plain", action="store_true", help="no pictures")
    asked = parser.parse_args()
    words = [word for word in asked.only.replace(",", " ").split() if word]
    try:
        scenarios = chosen(words)
    except LookupError as error:
        sys.exit(str(error))
    if asked.base:
        return compare.run(asked.base, words, asked.pairs)
    allow_many_files()
    result = asyncio.run(measure(scenarios))
    write(result, asked.out)
    if not asked.plain:
        from .plots import draw  # noqa: PLC0415 (takes a second to load)

        draw(result, asked.out.parent)
    _say_what_was_missed(result)
    return 1 if result.failed else 0


def allow_many_files() -> None:
    """As many as the machine lets us, for this process and those that it starts."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def measure(scenarios: Sequence[Scenario]) -> Result:
    """One after the other on one suite. A scenario that fails does not keep the others from being measured."""
    rows: list[Row] = []
    failed: dict[str, str] = {}
    async with open_rig() as rig:
        for scenario in scenarios:
            limits = {row.figure: row.value for row in rows if row.scenario == "limits"}
            try:
                found = await _run(rig, scenario, limits)
            except (Failed, NotReady, TimeoutError, OSError) as error:
                failed[scenario.name] = str(error) or f"not done after {scenario.seconds:.0f} s"
                print(f"\n{scenario.name}: FAILED: {failed[scenario.name]}", flush=True)
            else:
                rows += found
                print(table(scenario, found), flush=True)
    return Result(
        measured_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=machine(),
        revision=revision(),
        rows=rows,
        failed=failed,
    )


async def _run(rig: Rig, scenario: Scenario, limits: dict[str, float]) -> list[Row]:
    async with asyncio.timeout(scenario.seconds):
        found = rows_of(scenario.name, await scenario.run(rig), limits)
        await rig.forget_presence()
    return found


def machine() -> str:
    """Cores, processor, kernel, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release()}, Python {platform.python_version()}"


def revision() -> str:
    """The commit that was measured, with a + when files have changed since."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _say_what_was_missed(result: Result) -> None:
    missed = [row for row in result.rows if row.met is False]
    held = sum(row.met is True for row in result.rows)
    print(f"\n{held} goals met, {len(missed)} missed, {len(result.failed)} scenarios failed")
    for row in missed:
        print(f"  missed: {row.scenario}, {row.figure}: {row.value:,} {row.unit}, goal {row.goal}")


if __name__ == "__main__":
    sys.exit(main())
