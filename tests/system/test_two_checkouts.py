"""Two suites on one machine, in checkouts of their own."""

import time
from pathlib import Path

from deploy.local.settings import any_free_port
from deploy.local.supervise import Program, Supervisor
from tests.patience import PATIENCE

SLEEPER = Program(name="sleeper", command=("sleep", "600"), stop_seconds=5)


def _supervisor(checkout: Path, port: int) -> Supervisor:
    (checkout / "local" / "log").mkdir(parents=True)
    return Supervisor(checkout, Path("local"), port, f"password of {checkout.name}", {"servers": [SLEEPER]})


def test_who_finds_the_port_taken_ends_and_says_so(tmp_path: Path) -> None:
    port = any_free_port()
    with _supervisor(tmp_path / "first", port) as first:
        first.start("servers", within=PATIENCE)
        with _supervisor(tmp_path / "second", port) as second:
            deadline = time.monotonic() + PATIENCE
            while not second.stopped() and time.monotonic() < deadline:
                assert not second.gave_up_on("servers", "sleeper")
                time.sleep(0.05)
            assert second.stopped()
        assert not first.stopped()
    assert any("already listening" in line for line in second.last_lines("sleeper"))
