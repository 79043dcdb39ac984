"""All scenarios, in the order in which they run: what makes the data large comes last."""

from collections.abc import Sequence

from . import limits, loads, reading, replicas, searching, sockets
from .figures import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *limits.SCENARIOS,
    *loads.SCENARIOS,
    *replicas.SCENARIOS,
    *sockets.SCENARIOS,
    *reading.SCENARIOS,
    *searching.SCENARIOS,
)


def chosen(words: Sequence[str]) -> list[Scenario]:
    """Those whose names begin with one of `words`; all when there is none. Raises LookupError for a word of none."""
    for word in words:
        if not any(scenario.name.startswith(word) for scenario in SCENARIOS):
            raise LookupError(
                f"no scenario begins with {word!r}; there are: {', '.join(one.name for one in SCENARIOS)}"
            )
    return [scenario for scenario in SCENARIOS if not words or scenario.name.startswith(tuple(words))]
