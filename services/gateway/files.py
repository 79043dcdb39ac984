"""The web client's files, as they were built: read once, when the gateway starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialog.config import ConfigError

INDEX = "index.html"
HASHED = "assets/"
"""Below it the name of a file changes with what is in it."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Those that are written beside a file when it is built, the better one first."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the web client, with what is written of it in other encodings."""

    content_type: str
    cache_control: str
    content: bytes
    encoded: Mapping[str, bytes]


def read_files(folder: str) -> Mapping[str, File]:
    """All files below `folder` by their path; none without one. Raises ConfigError when it is not the client."""
    if not folder:
        return {}
    root = Path(folder)
    if not (root / INDEX).is_file():
        raise ConfigError(f"DIALOG_GATEWAY_WEB_FOLDER={folder} holds no {INDEX}: build the web client first")
    paths = [path for path in root.rglob("*") if path.suffix in TYPES]
    return {path.relative_to(root).as_posix(): _read(path, root) for path in paths}


def _read(path: Path, root: Path) -> File:
    hashed = path.relative_to(root).as_posix().startswith(HASHED)
    besides = {encoding: path.with_name(path.name + suffix) for encoding, suffix in ENCODINGS.items()}
    return File(
        content_type=TYPES[path.suffix],
        cache_control="public, max-age=31536000, immutable" if hashed else "no-cache",
        content=path.read_bytes(),
        encoded={encoding: beside.read_bytes() for encoding, beside in besides.items() if beside.is_file()},
    )
