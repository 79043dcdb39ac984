"""Applies each service's `migrations/NNNN_what.sql`, once each, forward only: `python -m dialog.migrate` does all.

MySQL commits each DDL statement by itself, so a file may be cut off half-way and is then run again from its start: its
statements must bear that (`CREATE TABLE IF NOT EXISTS`, `ADD COLUMN` in a file of its own).
"""

import asyncio
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import asyncmy

from .config import SERVICES
from .db import connection_arguments

SERVICES_FOLDER = Path(__file__).resolve().parents[2] / "services"

LEDGER = """
    CREATE TABLE migrations (
        name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) ENGINE=InnoDB
    """


class MigrationError(Exception):
    """A migration cannot be applied; the text says which and why."""


async def migrate(url: str, folder: Path) -> list[str]:
    """Bring one database up to date. Returns the names applied now; raises MigrationError for an edited file."""
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(url))
    try:
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT GET_LOCK('dialog.migrate', 60)")
            if (await cursor.fetchone())[0] != 1:
                raise MigrationError("another migration has been running for a minute")
            if not await cursor.execute("SHOW TABLES LIKE 'migrations'"):
                await cursor.execute(LEDGER)
            return await _apply(cursor, _files(folder))
    finally:
        connection.close()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))


async def _apply(cursor: Any, files: list[Path]) -> list[str]:
    await cursor.execute("SELECT name, sha256 FROM migrations")
    applied = dict(await cursor.fetchall())
    done: list[str] = []
    for file in files:
        text = file.read_text()
        digest = hashlib.sha256(text.encode()).hexdigest()
        if file.stem in applied:
            if applied[file.stem] != digest:
                raise MigrationError(
                    f"{file.name} was edited after it had been applied; where the data may go, `make clean` starts over"
                )
            continue
        for number, statement in enumerate(_statements(text), start=1):
            try:
                await cursor.execute(statement)
            except asyncmy.errors.Error as error:
                raise MigrationError(f"{file.name}, statement {number}: {error}") from error
        await cursor.execute("INSERT INTO migrations (name, sha256) VALUES (%s, %s)", (file.stem, digest))
        done.append(file.stem)
    return done


def _statements(text: str) -> list[str]:
    """The statements of a file: each ends at `;` and a newline; comments are whole lines that begin with `--`."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [part.strip() for part in code.split(";\n") if part.strip()]


async def migrate_all() -> None:
    """Every service whose `DIALOG_<SERVICE>_MYSQL_URL` is set."""
    for service in SERVICES:
        if url := os.environ.get(f"DIALOG_{service.upper()}_MYSQL_URL"):
            for name in await migrate(url, SERVICES_FOLDER / service / "migrations"):
                print(f"{service}: applied {name}")


if __name__ == "__main__":
    try:
        asyncio.run(migrate_all())
    except MigrationError as error:
        sys.exit(str(error))
