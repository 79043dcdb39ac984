"""53-bit ids: 41 bits of milliseconds since 2026, 12 random. Safe in JavaScript, made without coordination."""

import secrets
import time

EPOCH_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z"""


def new_id() -> int:
    """A fresh id. Two may collide: the insert is refused by its unique key and repeated with another."""
    elapsed = time.time_ns() // 1_000_000 - EPOCH_MS
    return (elapsed & (1 << 41) - 1) << 12 | secrets.randbits(12)


def made_at(id_: int) -> int:
    """When an id was made: milliseconds since 1970, UTC."""
    return (id_ >> 12) + EPOCH_MS


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
