"""Rate limits within one process, with a clock of our own."""

import time

import pytest

from dialog.cache import LocalLimiter, Rate

THREE = Rate(burst=3, every=2.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_the_burst_then_one_at_a_time(clock: Clock) -> None:
    limiter = LocalLimiter()
    assert [limiter.spend("a", THREE) for _ in range(3)] == [0, 0, 0]
    assert limiter.spend("a", THREE) == pytest.approx(2.0)
    clock.now += 1.5
    assert limiter.spend("a", THREE) == pytest.approx(0.5)
    clock.now += 0.5
    assert limiter.spend("a", THREE) == 0
    assert limiter.spend("a", THREE) == pytest.approx(2.0)


def test_what_is_refused_costs_nothing(clock: Clock) -> None:
    limiter = LocalLimiter()
    waits = [limiter.spend("a", THREE) for _ in range(100)]
    assert waits[3:] == [pytest.approx(2.0)] * 97


def test_waiting_as_told_is_enough(clock: Clock) -> None:
    limiter = LocalLimiter()
    for _ in range(50):
        if wait := limiter.spend("a", THREE):
            clock.now += wait
            assert limiter.spend("a", THREE) == 0


def test_a_rest_fills_the_bucket_but_no_further(clock: Clock) -> None:
    limiter = LocalLimiter()
    for _ in range(3):
        limiter.spend("a", THREE)
    clock.now += 1_000_000
    assert [bool(limiter.spend("a", THREE)) for _ in range(4)] == [False, False, False, True]


def test_buckets_do_not_know_each_other(clock: Clock) -> None:
    limiter = LocalLimiter()
    for _ in range(4):
        limiter.spend("a", THREE)
    assert limiter.spend("b", THREE) == 0


def test_some_things_cost_more(clock: Clock) -> None:
    limiter = LocalLimiter()
    assert limiter.spend("a", THREE, cost=2) == 0
    assert limiter.spend("a", THREE, cost=2) == pytest.approx(2.0)
    assert limiter.spend("a", THREE, cost=1) == 0


def test_memory_is_bounded_and_the_least_recent_is_forgotten(clock: Clock) -> None:
    limiter = LocalLimiter(size=10)
    for _ in range(4):
        limiter.spend("kept", THREE)
    for number in range(9):
        limiter.spend(f"other {number}", THREE)
    assert limiter.spend("kept", THREE) > 0
    limiter.spend("one too many", THREE)
    assert limiter.spend("kept", THREE) == 0
