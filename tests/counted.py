"""A service that tells how often it encodes: `python -m tests.counted <service>`, read at `/metrics`.

What is built for messages that are posted is counted: the event, once where it is born, and the WebSocket frame, once
in each gateway, however many sockets hear it.
"""

import runpy
import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from prometheus_client import Counter

POSTED = b'"message.posted"'

_built = Counter("counted_built", "Events and frames built for messages that are posted", ["what"])


def count(owner: ModuleType, name: str) -> None:
    """Count the calls of `owner.name`, wherever it is imported from now on."""
    original: Callable[..., bytes] = getattr(owner, name)
    counter = _built.labels(name)

    @wraps(original)
    def counted(*args: Any) -> bytes:
        built = original(*args)
        if POSTED in built:
            counter.inc()
        return built

    setattr(owner, name, counted)


if __name__ == "__main__":
    from dialog.protocol import frames
    from services.gateway import websocket_frames

    count(frames, "encode_event")
    count(websocket_frames, "text_frame")
    runpy.run_module(f"services.{sys.argv[1]}", run_name="__main__", alter_sys=True)
