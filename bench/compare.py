"""Two revisions by turns on the same machine, A B B A: what else runs there disturbs both alike.

Whichever comes second in a turn mostly costs a few percent more.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from deploy.local.settings import ROOT

from .report import Result, shown

FOLDER = ROOT / ".bench"
WORKTREE = FOLDER / "base"
Figures = dict[tuple[str, str, str], list[float]]


def run(base: str, words: Sequence[str], pairs: int) -> int:
    """Measure `base` and this checkout `pairs` times in turn, and print the ratios."""
    FOLDER.mkdir(exist_ok=True)
    _check_out(base)
    try:
        before: Figures = {}
        after: Figures = {}
        for turn in range(1, pairs + 1):
            sides = [(base, WORKTREE, before), ("this checkout", ROOT, after)]
            for name, root, into in sides if turn % 2 else sides[::-1]:
                print(f"--- {turn} of {pairs}: {name}", flush=True)
                _measure(root, words, into)
    finally:
        _git("worktree", "remove", "--force", str(WORKTREE))
    _print_ratios(base, before, after)
    return 0


def _check_out(base: str) -> None:
    """A worktree of `base`, with the instruments of this checkout: both are measured by the same ones."""
    if WORKTREE.exists():
        _git("worktree", "remove", "--force", str(WORKTREE))
    _git("worktree", "add", "--detach", str(WORKTREE), base)
    for name in ("bench", "tests"):
        subprocess.run(["rm", "-rf", str(WORKTREE / name)], check=True)
        subprocess.run(["cp", "-r", str(ROOT / name), str(WORKTREE / name)], check=True)


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True)


def _measure(root: Path, words: Sequence[str], into: Figures) -> None:
    out = FOLDER / "turn.json"
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench", "--plain", "--only", ",".join(words), "--out", str(out)]
    paths = os.pathsep.join([str(root), str(root / "libs")])
    subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": paths}, check=False)
    if not out.exists():
        sys.exit(f"{root.name} could not be measured")
    for row in msgspec.json.decode(out.read_bytes(), type=Result).rows:
        into.setdefault((row.scenario, row.figure, row.unit), []).append(row.value)


def _print_ratios(base: str, before: Figures, after: Figures) -> None:
    """Of the medians; beside a ratio of CPU time stands how far the turns of one side were apart."""
    print(f"\n{'scenario':<16} {'figure':<48} {base[:14]:>14} {'now':>14} {'ratio':>7}  {'spread':>6}")
    for (scenario, figure, unit), values in before.items():
        others = after.get((scenario, figure, unit))
        if not others or not statistics.median(values):
            continue
        old, new = statistics.median(values), statistics.median(others)
        apart = max(max(side) / min(side) - 1 if min(side) else 0 for side in (values, others))
        values_shown = f"{shown(old, unit):>14} {shown(new, unit):>14}"
        print(f"{scenario:<16} {figure:<48} {values_shown} {new / old:>7.2f}  {apart:>6.0%}")
