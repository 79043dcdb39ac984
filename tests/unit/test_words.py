"""What a text says and what somebody looks for in it: the vectors that the web client is held to as well."""

import json
from typing import Any

import pytest

from deploy.local.settings import ROOT
from services.chat.words import parts_of, units_of

VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "search.json").read_text())
UNITS: dict[str, list[str]] = VECTORS["units"]
PARTS: dict[str, list[dict[str, Any]]] = VECTORS["parts"]
ASKED: dict[str, list[int]] = VECTORS["asked"]


@pytest.mark.parametrize("text", UNITS)
def test_what_a_text_says(text: str) -> None:
    assert units_of(text) == UNITS[text]


@pytest.mark.parametrize("text", PARTS)
def test_what_is_looked_for(text: str) -> None:
    assert [{"units": list(part.units), "open": part.open} for part in parts_of(text)] == PARTS[text]


@pytest.mark.parametrize("text", ASKED)
def test_where_it_is_found(text: str) -> None:
    parts = parts_of(text)
    said = [units_of(text) for text in VECTORS["said"]]
    assert [n for n, units in enumerate(said) if all(part.found_in(units) for part in parts)] == ASKED[text]
