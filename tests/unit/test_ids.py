"""Ids that JavaScript can hold."""

import time

import pytest

from dialog.ids import EPOCH_MS, new_id, now_ms
from dialog.protocol.base import MAX_ID


def test_an_id_is_a_positive_number_below_2_to_the_53() -> None:
    assert all(0 < new_id() <= MAX_ID for _ in range(1000))


def test_ids_grow_with_time() -> None:
    earlier = new_id()
    time.sleep(0.003)
    assert new_id() > earlier


def test_an_id_tells_when_it_was_made() -> None:
    before, made, after = now_ms(), new_id(), now_ms()
    assert before <= (made >> 12) + EPOCH_MS <= after


def test_the_random_part_is_spread() -> None:
    assert len({new_id() & 0xFFF for _ in range(4000)}) > 2000


def test_they_last_until_2095(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: (EPOCH_MS + 2**41 - 1) * 1_000_000)
    assert 2**52 < new_id() <= MAX_ID
