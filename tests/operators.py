"""Operators in tests: their tool, run as they run it, and what it says to auth."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deploy.local.settings import ROOT
from dialog.bus import Bus
from dialog.config import Settings
from tests.servers import Suite


@dataclass(frozen=True)
class Said:
    """What the tool printed, and how it ended."""

    code: int
    out: str
    error: str


async def operate(suite: Suite, *words: str, name: str = "olga") -> Said:
    """Run `python -m clients.operator` with these words."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("DIALOG_")}
    named = {"DIALOG_OPERATOR_NAME": name} if name else {}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "clients.operator",
        *words,
        env=inherited | suite.servers.environment | named,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return Said(process.returncode or 0, out.decode(), error.decode())


@asynccontextmanager
async def desk(suite: Suite) -> AsyncGenerator[Bus]:
    """Where internal commands can be given."""
    bus = await Bus.connect(Settings(nats_url=suite.servers.environment["DIALOG_NATS_URL"]), "operator")
    try:
        yield bus
    finally:
        await bus.close()
