"""The statements of the search index touch what a person's chats hold of the terms, however much others have said."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncmy
import pytest

from dialog.db import Statement, Transaction, connection_arguments
from services.chat import store
from tests.servers import Servers
from tests.services.test_chat_queries import Counted, reads, statements

LARGE = 1
"""A chat of a hundred blocks; person 7 is in it, and in 500 chats of one block each."""
BLOCKS = 100
SMALL = 500
PERSON = 7
COMMON, RARE, NEVER = 1, 1_000_000, 2_000_000
"""A term of every block, one of a single block, and one of none."""
TOP = 2**63

INTO_MEMBERS = "INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)"
FIXTURE = [
    f"{INTO_MEMBERS} SELECT seq, {PERSON}, 'member', 0, 0, NULL, 1 FROM seq_1_to_{SMALL + 1}",
    f"{INTO_MEMBERS} SELECT seq, 100000 + seq, 'member', 0, 0, NULL, 1 FROM seq_1_to_5000",
    f"INSERT INTO search_blocks SELECT 1, seq - 1, seq, seq + 1, REPEAT('x', 4096) FROM seq_1_to_{BLOCKS}",
    "INSERT INTO search_blocks SELECT seq, 0, 1, 1000, REPEAT('x', 4096) FROM seq_2_to_5000",
    f"""
    INSERT INTO search_terms SELECT 1, blocks.seq - 1, terms.seq, 3, NULL, NULL, NULL, NULL, NULL, NULL, {TOP}
    FROM seq_1_to_{BLOCKS} AS blocks JOIN seq_1_to_1000 AS terms
    """,
    """
    INSERT INTO search_terms SELECT chats.seq, 0, terms.seq, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM seq_2_to_5000 AS chats JOIN seq_1_to_20 AS terms
    """,
    f"INSERT INTO search_terms (chat_id, block, term, b0) VALUES (1, 50, {RARE}, 1)",
    "INSERT INTO search_chats SELECT seq, 400, 1000 FROM seq_1_to_5000",
    """
    INSERT INTO chats (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
    SELECT seq, 'direct', 'Chat', NULL, 400, 12, 2, 2, 7, 100000 + seq, 0 FROM seq_1_to_5000
    """,
    "ANALYZE TABLE members, chats, search_chats, search_blocks, search_terms",
]
MINE = SMALL + 1
ALL = MINE - 1 + BLOCKS


@pytest.fixture(scope="module")
async def counted(servers: Servers) -> AsyncIterator[Counted]:
    """Tables of their own, so that nobody else's tests see them."""
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("admin")))
    async with connection.cursor() as cursor:
        await cursor.execute("DROP DATABASE IF EXISTS large_search")
        await cursor.execute("CREATE DATABASE large_search")
        for table in ("members", "chats", "search_chats", "search_blocks", "search_terms"):
            await cursor.execute(f"CREATE TABLE large_search.{table} LIKE dialog_chat.{table}")
        await cursor.execute("USE large_search")
        for statement in FIXTURE:
            await cursor.execute(statement)
        yield Counted(cursor)
        await cursor.execute("DROP DATABASE large_search")
    connection.close()


def found(terms: list[int], since: int = 0) -> Statement:
    return store.search.found(PERSON, terms, since, 2**53)


CASES: dict[str, tuple[Callable[[Any], Awaitable[Any]], int]] = {
    "my chats": (statements(store.search.places(PERSON)), MINE),
    "a common term": (statements(found([COMMON])), 3 * MINE + 4 * ALL),
    "what is recent of it": (statements(found([COMMON], since=2000)), 3 * MINE + 4 * ALL),
    "two common terms": (statements(found([COMMON, COMMON + 1])), 5 * MINE + 6 * ALL),
    "a rare term": (statements(found([RARE])), 3 * MINE),
    "a term of nobody": (statements(found([NEVER])), 3 * MINE),
    "a term in one chat": (statements(store.search.found_in(LARGE, [COMMON], 0, 2**53)), 4 * BLOCKS),
    "times": (statements(store.search.times([(chat_id, 0) for chat_id in range(1, 65)])), 64 * 2),
    "taking hold": (statements(store.search.hold(list(range(1, 65)))), 64),
    "how far chats are indexed": (statements(*store.search.indexed(list(range(1, 65)))), 64 * 2),
    "looking through chats": (reads(store.search.progress, 1000, 500), 500 * 2),
    "marking": (statements(store.search.mark({(LARGE, term, 7): 1 for term in range(1, 21)})), 20),
    "unmarking": (statements(*store.search.unmark(LARGE, 7, range(1, 21))), 20 * 2),
    "purging": (statements(*store.search.forget_times(LARGE, 600)), 2),
    "forgetting a chat": (statements(*store.search.forget_chat(9)), 24),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_statement_touches_what_it_wants(counted: Counted, case: str) -> None:
    run, rows = CASES[case]
    before = await counted.touched()
    idle = await counted.touched() - before
    tx = Transaction(counted.cursor)
    await run(tx)
    touched = await counted.touched() - before - 2 * idle
    await tx.roll_back()
    assert touched <= 2 * rows + 4, f"{touched} rows touched for {rows}"


async def test_each_bit_of_a_block_is_kept(counted: Counted) -> None:
    tx = Transaction(counted.cursor)
    every = (1 << store.search.BLOCK) - 1
    for bits in (1, 1 << 63, 1 << 64, 1 << 511, every ^ (1 << 63), every):
        await tx.together([store.search.mark({(LARGE, NEVER, 3): bits})])
        [rows] = await tx.together([found([NEVER])])
        [block] = store.search.read_found(rows)
        assert (block.chat_id, block.block, block.bits) == (LARGE, 3, bits)
        for seq in store.search.seqs_of(3, bits):
            await tx.together(store.search.unmark(LARGE, seq, [NEVER]))
        assert (await tx.together([found([NEVER])]))[0] == []
    await tx.roll_back()
