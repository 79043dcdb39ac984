"""When to try again: full jitter, and never more than two attempts in half a second."""

import asyncio
import random
import time
from collections import deque

CEILING = 30.0
STEP = 0.5
STABLE_SECONDS = 60.0
"""A connection that lasted this long was no failure: counting starts anew."""


class Backoff:
    """`random(0, min(30 s, 0.5 s * 2^n))`: within the first second at first, then ever more patient."""

    def __init__(self) -> None:
        self.failures = 0

    def delay(self) -> float:
        """Count one more failure; the seconds to wait after it."""
        self.failures += 1
        return random.uniform(0, min(CEILING, STEP * 2 ** min(self.failures, 16)))  # noqa: S311 - jitter, no secret

    def reset(self) -> None:
        """It worked."""
        self.failures = 0


class Pace:
    """Lets at most two attempts pass in any half second, whatever went wrong in between."""

    def __init__(self) -> None:
        self._attempts: deque[float] = deque(maxlen=2)

    async def turn(self) -> None:
        """Return when the next attempt may be made."""
        if len(self._attempts) == 2:
            await asyncio.sleep(max(0.0, self._attempts[0] + STEP - time.monotonic()))
        self._attempts.append(time.monotonic())
