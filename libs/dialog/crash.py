"""Named points at which a fault test may kill the process. Without the setting they cost one comparison."""

import os
import signal

_chosen = ""


def arm(point: str) -> None:
    """Die by SIGKILL the next time `point` is reached."""
    global _chosen  # noqa: PLW0603 (one per process, as there is one death per process)
    _chosen = point


def crash_point(name: str) -> None:
    """Die here if a test chose this point."""
    if _chosen == name:
        os.kill(os.getpid(), signal.SIGKILL)
