"""`python -m bench.document`: write the figures of .bench/latest.json into docs/performance.md."""

from collections.abc import Sequence

import msgspec

from deploy.local.settings import ROOT

from .figures import PER_DELIVERY, PER_MESSAGE
from .machine import PARTS
from .report import Result, Row, notes, shown, spread

LATEST = ROOT / ".bench" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"


def main() -> None:
    result = msgspec.json.decode(LATEST.read_bytes(), type=Result)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + figures(result) + END + after)


def figures(result: Result) -> str:
    """All that was measured that has a goal, what each part costs, and the curves, as Markdown."""
    parts = [
        f"\nMeasured {result.measured_at} at {result.revision or 'an unknown revision'}, on {result.machine}.\n",
        _goals(result.rows),
        _disturbed(result.rows),
        "\n### CPU per acknowledged message, by part (µs)\n",
        _by_part(result.rows),
        "\n### What cost grows with\n",
        _table(("scenario", "figure", "value", "spread"), [_line(row) for row in result.rows if _is_curve(row)]),
        "\n### The limits of the machine, measured in the same run\n",
        _table(("limit", "value", "spread"), [_line(row)[1:] for row in result.rows if row.scenario == "limits"]),
        *(f"\nNot measured: {name}: {why}\n" for name, why in result.failed.items()),
    ]
    return "".join(parts) + "\n"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _line(row: Row) -> tuple[str, ...]:
    return row.scenario, row.figure, shown(row.value, row.unit), spread(row)


def _goals(rows: Sequence[Row]) -> str:
    lines = [
        (
            *_line(row),
            "" if row.limit is None else shown(row.limit, row.unit),
            f"{row.goal} {row.unit}".strip(),
            "yes" if row.met else "**no**",
        )
        for row in rows
        if row.goal is not None
    ]
    return _table(("scenario", "figure", "median", "least to most", "limit", "goal", "met"), lines)


def _disturbed(rows: Sequence[Row]) -> str:
    """Scenarios whose figures are to be read with care."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(row.scenario for row in rows):
        for note in notes([row for row in rows if row.scenario == name]):
            found.setdefault(note, []).append(name)
    return "".join(f"\n{note[0].upper()}{note[1:]}: {', '.join(names)}.\n" for note, names in found.items())


def _by_part(rows: Sequence[Row]) -> str:
    lines: list[list[str]] = []
    for name in dict.fromkeys(row.scenario for row in rows if row.figure == PER_MESSAGE):
        values = {row.figure: row.value for row in rows if row.scenario == name}
        spent = [values.get(f"CPU per message: {part}", 0.0) for part in PARTS]
        total = shown(values[PER_MESSAGE], "")
        lines.append([name, *(shown(value, "") for value in spent), total, shown(values[PER_DELIVERY], "")])
    return _table(("scenario", *PARTS, "all", "per delivery"), lines)


def _is_curve(row: Row) -> bool:
    return row.figure.startswith(f"{PER_MESSAGE}, ") or (
        row.figure == PER_DELIVERY and row.scenario in ("group-10", "group-100", "group-1000")
    )


if __name__ == "__main__":
    main()
