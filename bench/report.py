"""Results: rows with their goals and limits, as JSON and as tables."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from .figures import BUSIEST, OTHERS, Figure, Scenario
from .goals import GOALS

BOTTLENECK = 90.0
DISTURBED = 30.0
"""Percents of a core: of a load generator that is the bottleneck, and of other programs that disturb."""


class Row(Struct, frozen=True):
    """A figure of a scenario. `limit` is what the machine can do at best, `met` null where there is no goal."""

    scenario: str
    figure: str
    value: float
    unit: str
    limit: float | None
    goal: str | None
    met: bool | None
    low: float | None = None
    high: float | None = None


class Result(Struct, frozen=True):
    """A whole run."""

    measured_at: str
    machine: str
    revision: str
    rows: list[Row]
    failed: dict[str, str]
    """Scenarios that could not be measured, and why."""


def rows_of(scenario: str, figures: Iterable[Figure], limits: dict[str, float]) -> list[Row]:
    """With the goal and the limit of each; `limits` are this run's."""
    rows: list[Row] = []
    for figure in figures:
        goal = GOALS.get((scenario, figure.name))
        rows.append(
            Row(
                scenario=scenario,
                figure=figure.name,
                value=_rounded(figure.value),
                unit=figure.unit,
                limit=limits.get(goal.limit) if goal else None,
                goal=f"{goal.sign} {goal.bound:,.10g}" if goal else None,
                met=goal.met(figure.value) if goal else None,
                low=None if figure.low is None else _rounded(figure.low),
                high=None if figure.high is None else _rounded(figure.high),
            )
        )
    return rows


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)


def write(result: Result, path: Path) -> None:
    """As JSON, one row a line."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def table(scenario: Scenario, rows: Sequence[Row]) -> str:
    """One scenario for the terminal: figure, value, spread, limit, goal."""
    cells = [[row.figure, shown(row.value, row.unit), spread(row), _limit(row), _goal(row)] for row in rows]
    widths = [max([12, *(len(line[column]) for line in cells)]) for column in range(4)]
    lines = [f"\n{scenario.name}: {scenario.about}"]
    for name, value, around, limit, goal in cells:
        line = f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {around:<{widths[2]}}  {limit:<{widths[3]}}  {goal}"
        lines.append(line.rstrip())
    return "\n".join([*lines, *(f"  ! {note}" for note in notes(rows))])


def notes(rows: Sequence[Row]) -> list[str]:
    """What should be known before these figures are believed."""
    by_name = {row.figure: row.value for row in rows}
    found: list[str] = []
    if by_name.get(BUSIEST, 0) >= BOTTLENECK:
        found.append("the load generator was the bottleneck: the suite could take more")
    if by_name.get(OTHERS, 0) >= DISTURBED:
        found.append("other programs used the machine: believe CPU time, not rates and latencies")
    if by_name.get("refused"):
        found.append("commands were refused")
    return found


def shown(value: float, unit: str) -> str:
    """A number with its unit, in as many digits as mean something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def spread(row: Row) -> str:
    """The least and the most."""
    if row.low is None or row.high is None or row.low == row.high:
        return ""
    return f"{shown(row.low, '')} to {shown(row.high, '')}"


def _limit(row: Row) -> str:
    return "" if row.limit is None else f"limit {shown(row.limit, row.unit)}"


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"goal {row.goal} {row.unit}: {'met' if row.met else 'MISSED'}"
