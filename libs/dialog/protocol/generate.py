"""Prints what others build on from the protocol's Structs: TypeScript, the document and a JSON Schema.

`python -m dialog.protocol.generate` writes them; `--check` writes nothing and exits 1, naming each file that is stale.
The words in them are the docstrings of this package.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from . import COMMANDS, EVENTS, FAILURES, members
from .base import reply_type
from .described import FROM_CLIENTS, GENERATED
from .frames import Frame
from .markdown import markdown
from .typescript import typescript

ROOT = Path(__file__).resolve().parents[3]


def schema() -> str:
    """docs/protocol.schema.json: Frame, ServerFrame, and every command with its reply, event and failure by tag."""
    replies = {tag: reply_type(kind) for tag, kind in COMMANDS.items()}
    kinds = [Frame, *COMMANDS.values(), *replies.values(), *EVENTS.values(), *FAILURES.values()]
    _, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    for kind in FAILURES.values():
        definition = definitions[kind.__name__]
        definition["properties"]["status"] = {"const": kind.status.value}
        definition["required"] = [*definition["required"], "status"]
    from_clients = members(FROM_CLIENTS)
    definitions["ServerFrame"] = _server_frame(
        {replies[tag].__name__ for tag in COMMANDS if COMMANDS[tag] in from_clients}
    )
    document: dict[str, Any] = {
        "$comment": GENERATED,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dialog client protocol",
        "commands": {
            tag: {
                "command": _ref(kind.__name__),
                "reply": _ref(replies[tag].__name__),
                "from_clients": kind in from_clients,
                "public": kind.public,
            }
            for tag, kind in COMMANDS.items()
        },
        "events": {tag: _ref(kind.__name__) for tag, kind in EVENTS.items()},
        "failures": {tag: _ref(kind.__name__) for tag, kind in FAILURES.items()},
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }
    # The comment goes on the first line, where people look before they edit.
    return json.dumps(document, indent=2, ensure_ascii=False).replace("{\n  ", "{ ", 1) + "\n"


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _server_frame(replies: set[str]) -> dict[str, Any]:
    """What arrives on a socket. Written out, as the library keeps replies and refusals encoded."""
    number: dict[str, Any] = {"type": "integer", "minimum": 0}
    either = {"anyOf": [number, {"type": "null"}]}
    bodies: dict[str, dict[str, Any]] = {
        "reply": {"anyOf": [_ref(name) for name in sorted(replies)]},
        "refused": {"anyOf": [_ref(kind.__name__) for kind in FAILURES.values()]},
        "event": {"anyOf": [_ref(kind.__name__) for kind in EVENTS.values()]},
    }
    kinds = [
        {"type": "object", "properties": {"id": number, "reply": bodies["reply"]}, "required": ["id", "reply"]},
        {"type": "object", "properties": {"id": either, "refused": bodies["refused"]}, "required": ["id", "refused"]},
        {"type": "object", "properties": {"event": bodies["event"]}, "required": ["event"]},
    ]
    return {"title": "ServerFrame", "description": "What arrives on a socket.", "anyOf": kinds}


def files() -> dict[Path, str]:
    """What each generated file should hold."""
    head = (ROOT / "docs" / "protocol-head.md").read_text()
    return {
        ROOT / "clients" / "web" / "src" / "protocol.ts": typescript(),
        ROOT / "docs" / "protocol.md": markdown(head),
        ROOT / "docs" / "protocol.schema.json": schema(),
    }


def stale() -> list[str]:
    """The generated files that are missing or differ from what they should hold, relative to the checkout."""
    return [
        str(path.relative_to(ROOT)) for path, text in files().items() if not path.exists() or path.read_text() != text
    ]


def main() -> None:
    """Write the files; with `--check`, exit 1 when one is stale."""
    if "--check" in sys.argv:
        if found := stale():
            sys.exit("\n".join(f"{name} is stale: run `make gen`" for name in found))
        return
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
