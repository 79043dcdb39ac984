"""SQL of blocks: a copy of who blocks whom, for what passes between the members of groups."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database, Row, Statement, Transaction, rows_as


class PairRow(Struct, frozen=True):
    blocker_id: int
    blocked_id: int


class Apart(Struct, frozen=True):
    """Those with whom somebody has nothing to do."""

    blocked: frozenset[int] = frozenset()
    """Whom they block."""
    all: frozenset[int] = frozenset()
    """And those who block them."""


class BlockRow(Struct, frozen=True):
    blocker_id: int
    blocked_id: int
    active: bool
    version: int


async def locked(tx: Transaction, one_id: int, other_id: int) -> list[BlockRow]:
    """Whether the first blocks the second, and the second the first; theirs to change until we commit."""
    pairs = [(one_id, other_id), (other_id, one_id)]
    _, rows = await tx.together(
        [
            Statement(
                """
                INSERT INTO blocks (blocker_id, blocked_id, active, version) VALUES {rows}
                ON DUPLICATE KEY UPDATE version = blocks.version
                """,
                row="(%(blocker_id)s, %(blocked_id)s, FALSE, 0)",
                rows=[{"blocker_id": blocker, "blocked_id": blocked} for blocker, blocked in pairs],
            ),
            Statement(
                """
                SELECT blocker_id, blocked_id, active, version FROM blocks FORCE INDEX (PRIMARY)
                WHERE {rows} FOR UPDATE
                """,
                row="(blocker_id = %(blocker_id)s AND blocked_id = %(blocked_id)s)",
                rows=[{"blocker_id": blocker, "blocked_id": blocked} for blocker, blocked in pairs],
                glue=" OR ",
            ),
        ]
    )
    return rows_as(BlockRow, rows)


def change(blocker_id: int, blocked_id: int, version: int, *, active: bool) -> Statement:
    """Store whether one blocks the other, in a row that is `locked`."""
    return Statement(
        """
        UPDATE blocks SET active = %(active)s, version = %(version)s
        WHERE blocker_id = %(blocker_id)s AND blocked_id = %(blocked_id)s
        """,
        {"blocker_id": blocker_id, "blocked_id": blocked_id, "active": active, "version": version},
    )


def of(user_ids: Sequence[int]) -> Statement:
    """Whom these people (at least one) block and who blocks them, for `read_of`."""
    return Statement(
        """
        SELECT blocker_id, blocked_id FROM blocks FORCE INDEX (PRIMARY) WHERE blocker_id IN %(user_ids)s AND active
        UNION ALL
        SELECT blocker_id, blocked_id FROM blocks FORCE INDEX (blocked) WHERE blocked_id IN %(user_ids)s AND active
        """,
        {"user_ids": list(user_ids)},
    )


def read_of(user_ids: Sequence[int], rows: Sequence[Row]) -> dict[int, Apart]:
    """From whom each of these people is kept apart."""
    blocked: defaultdict[int, set[int]] = defaultdict(set)
    blocking: defaultdict[int, set[int]] = defaultdict(set)
    for pair in rows_as(PairRow, rows):
        blocked[pair.blocker_id].add(pair.blocked_id)
        blocking[pair.blocked_id].add(pair.blocker_id)
    return {one: Apart(frozenset(blocked[one]), frozenset(blocked[one] | blocking[one])) for one in user_ids}


async def about(db: Database, user_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Between whom there is a block, where it is one of these people (at least one): each pair both ways round."""
    [rows] = await db.together([of(user_ids)])
    pairs = rows_as(PairRow, rows)
    return {pair for one in pairs for pair in ((one.blocker_id, one.blocked_id), (one.blocked_id, one.blocker_id))}
