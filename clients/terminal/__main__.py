"""`python -m clients.terminal --name anna`: sign in and talk."""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from .account import Kept, Stop, sign_in
from .conversation import Conversation

ADDRESS = Path(".local/address")
"""Where `make run` writes the address of the suite it has started."""


def main() -> int:
    """Run until the person has had enough."""
    options = _options(sys.argv[1:])
    if not re.fullmatch(r"[a-z0-9._]{3,32}", options.name):
        print("Names are 3 to 32 of a-z, 0-9, . and _")
        return 2
    try:
        return asyncio.run(_talk(options))
    except (KeyboardInterrupt, EOFError):
        return 0
    except Stop as stop:
        print(stop)
        return 1


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clients.terminal", description="Dialog in a terminal.")
    parser.add_argument("--name", required=True, help="your username")
    parser.add_argument("--server", default=_address(), help="default: %(default)s")
    parser.add_argument("--password-file", type=Path, help="read the password from here instead of asking")
    return parser.parse_args(words)


def _address() -> str:
    try:
        return ADDRESS.read_text().strip() or "http://127.0.0.1:8080"
    except OSError:
        return "http://127.0.0.1:8080"


async def _talk(options: argparse.Namespace) -> int:
    asking: PromptSession[str] = PromptSession()
    secret = options.password_file.read_text().rstrip("\r\n") if options.password_file else None

    async def ask(question: str) -> str:
        return await asking.prompt_async(question, is_password=False)

    async def ask_secret(question: str) -> str:
        return secret if secret is not None else await asking.prompt_async(question, is_password=True)

    kept = Kept.claim(options.name, options.server.rstrip("/"))
    try:
        client = await sign_in(options.name, options.server.rstrip("/"), kept, ask=ask, ask_secret=ask_secret)
        try:
            # What is printed holds escape sequences of our own alone: `safe` lets none of others through.
            with patch_stdout(raw=True):
                await Conversation(client, PromptSession(erase_when_done=True, refresh_interval=0.5)).run()
        finally:
            await client.close()
    finally:
        kept.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
