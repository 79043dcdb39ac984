"""The vectors that every client's markdown is held to: well formed, and what docs/markdown.md says."""

import json
from typing import Any

import pytest

from deploy.local.settings import ROOT
from tests import markdown
from tests.markdown import parse

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "vectors" / "markdown.json").read_text())

FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "paragraph": {"children": (list,)},
    "quote": {"children": (list,)},
    "list": {"ordered": (bool,), "start": (int, type(None)), "items": (list,)},
    "code_block": {"language": (str, type(None)), "text": (str,)},
    "text": {"text": (str,)},
    "break": {},
    "code": {"text": (str,)},
    "mention": {"user_id": (int,)},
    "mention_all": {},
    "link": {"url": (str,), "children": (list,)},
    "bold": {"children": (list,)},
    "italic": {"children": (list,)},
    "strike": {"children": (list,)},
    "spoiler": {"children": (list,)},
}
BLOCKS = {"paragraph", "quote", "list", "code_block"}


def check(nodes: list[Any], *, blocks: bool) -> None:
    for before, node in zip([None, *nodes], nodes, strict=False):
        kind = node["type"]
        assert (kind in BLOCKS) == blocks
        fields = {name: value for name, value in node.items() if name != "type"}
        assert fields.keys() == FIELDS[kind].keys()
        assert all(isinstance(value, FIELDS[kind][name]) for name, value in fields.items())
        if kind == "text":
            assert node["text"]
            assert before is None or before["type"] != "text", "two texts are one"
        for inner in node.get("items", []):
            check(inner, blocks=False)
        if "children" in node:
            check(node["children"], blocks=kind == "quote")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_vector_is_well_formed_and_true(vector: dict[str, Any]) -> None:
    assert vector.keys() == {"name", "input", "tree"}
    check(vector["tree"], blocks=True)
    assert parse(vector["input"]) == vector["tree"]


def test_there_are_enough_and_each_once() -> None:
    assert len(VECTORS) >= 40
    for field in ("name", "input"):
        assert len({vector[field] for vector in VECTORS}) == len(VECTORS)


PIECES = ["*", "**a ", "_a ", "~~", "||a ", "`", "``a", "[", "[a](", "> ", "- ", "<@", "https://", "\\", "***a", "\n"]


@pytest.mark.parametrize("piece", PIECES)
def test_no_input_takes_long(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long message of the same piece again and again takes about as many steps per character as a short one."""
    steps = 0
    rules = markdown._atom

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal steps
        steps += 1
        return rules(*arguments, **options)

    monkeypatch.setattr(markdown, "_atom", counted)
    parse((piece * 8000)[:8000])
    assert steps <= 10 * 8000
