"""What fault tests ask for by name. The seed is printed at the end; `FAULT_SEED=… make test ARGS=…` repeats it."""

import os
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialog.client import pace
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.servers import Servers

SEED = int(os.environ.get("FAULT_SEED") or secrets.randbelow(2**32))
MINUTES = float(os.environ.get("SOAK_MINUTES") or 0)
FIGURES: list[str] = []


PURE = ("test_history.py", "test_proxy.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name not in PURE:
            item.add_marker("faults")
        if item.get_closest_marker("soak") and not MINUTES:
            item.add_marker(pytest.mark.skip(reason="only `make soak` runs it"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not FIGURES:
        return
    terminalreporter.section(f"faults, FAULT_SEED={SEED}")
    for line in FIGURES:
        terminalreporter.write_line(line)


class Figures:
    """What a test has measured, told at the end of the run."""

    def __init__(self, test: str) -> None:
        self._test = test

    def __call__(self, text: str) -> None:
        FIGURES.append(f"{self._test}: {text}")


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures(request.node.name)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Random, and the same for the same seed and test."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="module", autouse=True)
def impatient_clients() -> Iterator[None]:
    """After many faults clients would wait half a minute before they try again; here they wait a second at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "CEILING", 1.0)
        yield


@pytest.fixture(scope="session")
async def shared_stage() -> AsyncIterator[Stage]:
    async with Servers() as servers, Stage(servers, seed=SEED) as stage:
        yield stage


@pytest.fixture
async def stage(shared_stage: Stage) -> AsyncIterator[Stage]:
    """A whole suite behind proxies, healed before and after."""
    await shared_stage.heal()
    yield shared_stage
    await shared_stage.heal()


@pytest.fixture
def nemesis(stage: Stage, rng: random.Random) -> Nemesis:
    return Nemesis(stage, rng)
