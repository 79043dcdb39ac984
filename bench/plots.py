"""Pictures: one per scenario, and the curves that show what cost grows with."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # before pyplot: no window is ever opened

from matplotlib import pyplot as plt

from .figures import PER_DELIVERY, PER_MESSAGE
from .report import Result, Row, shown

INCH_PER_BAR = 0.3
STEEP = 5
"""How many times its least value a curve may reach before its axis is a logarithmic one."""
CURVES = (
    ("members of the group", PER_DELIVERY, re.compile(r"group-(10+)$"), None),
    ("other chats of each member", PER_MESSAGE, re.compile(r"other-chats$"), re.compile(r"([\d,]+) other chats each")),
    ("messages stored in the chat", PER_MESSAGE, re.compile(r"history$"), re.compile(r"([\d,]+) messages stored")),
)


def draw(result: Result, folder: Path) -> None:
    """`<scenario>.png` for each scenario, and `curves.png` if there is a curve."""
    for scenario, rows in groupby(result.rows, lambda row: row.scenario):
        _bars(list(rows), folder / f"{scenario}.png", f"{scenario}, {result.measured_at}, {result.revision}")
    curves = [(label, figure, points) for label, figure, points in _curves(result.rows) if len(points) > 1]
    if curves:
        _lines(curves, folder / "curves.png")


def _bars(rows: Sequence[Row], path: Path, title: str) -> None:
    """A panel for each unit: a bar for each figure with its spread, the goal as a line."""
    units = list(dict.fromkeys(row.unit for row in rows))
    sizes = [sum(row.unit == unit for row in rows) for unit in units]
    made, grid = plt.subplots(
        len(units),
        1,
        squeeze=False,
        figsize=(10, 1.2 + sum(sizes) * INCH_PER_BAR + 0.6 * len(units)),
        gridspec_kw={"height_ratios": [size + 1 for size in sizes]},
        layout="constrained",
    )
    made.suptitle(title, fontsize=10)
    for (axes,), unit in zip(grid, units, strict=True):
        _panel(axes, [row for row in rows if row.unit == unit], unit)
    made.savefig(path, dpi=110)
    plt.close(made)


def _panel(axes: Any, rows: Sequence[Row], unit: str) -> None:
    places = range(len(rows))
    colours = ["tab:blue" if row.met is None else "tab:green" if row.met else "tab:red" for row in rows]
    axes.barh(places, [row.value for row in rows], color=colours, height=0.6)
    for place, row in zip(places, rows, strict=True):
        label = f" {shown(row.value, row.unit)}"
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [place, place], color="black", linewidth=1)
        if row.goal is not None:
            goal = float(row.goal[2:].replace(",", ""))
            axes.plot([goal, goal], [place - 0.45, place + 0.45], color="black", linewidth=2, linestyle=":")
            label += f" (goal {row.goal})"
        axes.text(max(row.value, row.high or 0), place, label, va="center", fontsize=7)
    axes.set_yticks(places, [row.figure for row in rows], fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlabel(unit, fontsize=7)
    axes.margins(x=0.25)
    axes.invert_yaxis()


Points = list[tuple[int, Row]]


def _curves(rows: Sequence[Row]) -> list[tuple[str, str, Points]]:
    """What each curve is over, what it shows, and its points."""
    found: list[tuple[str, str, Points]] = []
    for label, figure, scenario, number in CURVES:
        points: Points = []
        for row in rows:
            named = scenario.match(row.scenario)
            counted = number.search(row.figure) if number else named
            if named and counted and row.figure.startswith(figure):
                points.append((int(counted.group(1).replace(",", "")), row))
        found.append((label, figure, sorted(points, key=lambda point: point[0])))
    return found


def _lines(curves: Sequence[tuple[str, str, Points]], path: Path) -> None:
    made, [panels] = plt.subplots(1, len(curves), squeeze=False, figsize=(4.5 * len(curves), 3.5), layout="constrained")
    for axes, (label, figure, points) in zip(panels, curves, strict=True):
        values = [row.value for _, row in points]
        below = [row.value - (row.low if row.low is not None else row.value) for _, row in points]
        above = [(row.high if row.high is not None else row.value) - row.value for _, row in points]
        axes.errorbar([at for at, _ in points], values, [below, above], marker="o", capsize=3)
        if max(values) > STEEP * min(values):
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, None)
        axes.set(xscale="log", xlabel=label, ylabel=f"{figure}, {points[0][1].unit}")
    made.savefig(path, dpi=110)
    plt.close(made)
