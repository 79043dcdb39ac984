"""What a scenario measures, and what it is held against."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from .machine import PARTS
from .rig import Rig, Window, median, percentile

PER_DELIVERY = "server CPU per delivery"
PER_MESSAGE = "server CPU per message"
MESSAGES = "acknowledged messages"
ACKNOWLEDGED = "send to acknowledged"
RECEIVED = "send to received"
BUSIEST = "busiest load generator"
OTHERS = "used by other programs"


class Figure(Struct, frozen=True):
    """One number: the median of what was measured, and the least and the most of it."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


class Scenario(Struct, frozen=True):
    """Something to measure. It ends by itself; after `seconds` it is ended."""

    name: str
    about: str
    run: Callable[[Rig], Awaitable[list[Figure]]]
    seconds: float = 90.0


def middle(name: str, values: Sequence[float], unit: str) -> Figure:
    """The figure of several measurements."""
    return Figure(name, median(values), unit, min(values), max(values))


def of_load(windows: Sequence[Window]) -> list[Figure]:
    """What every load is measured by."""
    if not all(window.seen.answered for window in windows):
        return [Figure(MESSAGES, 0, "/s")]
    figures = [
        middle(MESSAGES, [window.messages_per_second() for window in windows], "/s"),
        middle(PER_MESSAGE, [window.per_message() for window in windows], "µs"),
        middle(PER_DELIVERY, [window.per_delivery() for window in windows], "µs"),
        middle("deliveries", [window.seen.delivered / window.used.seconds for window in windows], "/s"),
        *latency(ACKNOWLEDGED, [window.seen.latencies for window in windows]),
    ]
    for part in PARTS:
        values = [window.used.parts[part] / window.seen.answered * 1e6 for window in windows]
        figures.append(middle(f"CPU per message: {part}", values, "µs"))
    if refused := sum(window.seen.refused for window in windows):
        figures.append(Figure("refused", refused, ""))
    return [*figures, *_surroundings(windows)]


def _surroundings(windows: Sequence[Window]) -> list[Figure]:
    """Whether something else than the suite set the pace."""
    return [
        middle(BUSIEST, [max(window.used.generators, default=0.0) * 100 for window in windows], "% of a core"),
        middle(OTHERS, [window.used.others * 100 for window in windows], "% of a core"),
    ]


def latency(name: str, windows: Sequence[Sequence[float]]) -> list[Figure]:
    """p50 and p99 of ascending milliseconds, in each window for itself."""
    return [
        middle(f"{name}, {label}", [percentile(values, share) for values in windows], "ms")
        for label, share in (("p50", 0.5), ("p99", 0.99))
    ]
