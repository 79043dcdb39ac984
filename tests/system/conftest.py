"""What only tests of the whole suite ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import Suite
from tests.terminals import Terminal


@pytest.fixture
def terminal(suite: Suite, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens terminals whose files are in one folder of the test."""
    opened: list[Terminal] = []

    def open_one(name: str) -> Terminal:
        opened.append(Terminal(name, suite.url("gateway"), tmp_path))
        return opened[-1]

    yield open_one
    for one in opened:
        one.stop()
