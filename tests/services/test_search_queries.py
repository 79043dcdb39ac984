"""The statements of the search index touch what a person's chats hold of the terms, however much others have said."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncmy
import pytest

from dialog.db import Statement, Transaction, connection_arguments
from services.chat import store
from services.chat.store.times import Times
from tests.sequences import spelled
from tests.servers import Servers
from tests.services.test_chat_queries import READS_PER_ROW, Counted, reads, statements

LARGE = 1
"""A chat of a hundred blocks; person 7 is in it, and in 500 chats of one block each."""
BLOCKS = 100
SHELVES = BLOCKS // 4
SMALL = 500
PERSON = 7
COMMON, RARE, NEVER = 1, 1024 + 900, 2048 + 901
"""A term of every shelf, one of a single shelf, and one of none."""

INTO_MEMBERS = "INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)"
FIXTURE = [
    f"{INTO_MEMBERS} SELECT seq, {PERSON}, 'member', 0, 0, NULL, 1 FROM seq_1_to_{SMALL + 1}",
    f"{INTO_MEMBERS} SELECT seq, 100000 + seq, 'member', 0, 0, NULL, 1 FROM seq_1_to_5000",
    f"INSERT INTO search_blocks SELECT 1, seq - 1, seq, seq + 1, REPEAT('x', 4096) FROM seq_1_to_{BLOCKS}",
    "INSERT INTO search_blocks SELECT seq, 0, 1, 1000, REPEAT('x', 4096) FROM seq_2_to_5000",
    f"""
    INSERT INTO search_terms SELECT 1, buckets.seq, shelves.seq - 1, FALSE, X'8000000080007F7F'
    FROM seq_1_to_{SHELVES} AS shelves JOIN seq_1_to_800 AS buckets
    """,
    """
    INSERT INTO search_terms SELECT chats.seq, buckets.seq, 0, FALSE, X'80000000'
    FROM seq_2_to_5000 AS chats JOIN seq_1_to_20 AS buckets
    """,
    "INSERT INTO search_terms (chat_id, bucket, shelf, late, postings) VALUES (1, 900, 12, FALSE, X'80010000')",
    "INSERT INTO search_chats SELECT seq, 400, 1000 FROM seq_1_to_5000",
    """
    INSERT INTO chats (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
    SELECT seq, 'direct', 'Chat', NULL, 400, 12, 2, 2, 7, 100000 + seq, 0 FROM seq_1_to_5000
    """,
    "ANALYZE TABLE members, chats, search_chats, search_blocks, search_terms",
]
MINE = SMALL + 1
ALL = MINE - 1 + SHELVES


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
            await cursor.execute(spelled(statement))
        yield Counted(cursor)
        await cursor.execute("DROP DATABASE large_search")
    connection.close()


def found(*terms: int) -> Statement:
    return store.terms.found(PERSON, terms)


CASES: dict[str, tuple[Callable[[Any], Awaitable[Any]], int]] = {
    "my chats": (statements(store.search.places(PERSON)), MINE),
    "a common term": (statements(found(COMMON)), 2 * MINE + ALL),
    "two common terms": (statements(found(COMMON, COMMON + 1)), 3 * MINE + 2 * ALL),
    "a rare term": (statements(found(RARE)), 2 * MINE),
    "a term of nobody": (statements(found(NEVER)), 2 * MINE),
    "a term in one chat": (statements(store.terms.found_in(LARGE, [COMMON])), SHELVES),
    "the last blocks": (statements(store.times.begun(PERSON, 2**53)), 2 * MINE),
    "the last blocks at a moment": (statements(store.times.begun(PERSON, 2)), 2 * MINE + BLOCKS),
    "the last block of one chat": (statements(store.times.begun_in(LARGE, 2**53)), 1),
    "where a moment is": (statements(store.times.passing([(chat, 0) for chat in range(1, 65)], 2)), 64 * 2),
    "when some were sent": (statements(store.times.moments([(chat_id, 1) for chat_id in range(1, 65)])), 64 * 2),
    "times": (statements(store.times.of([(chat_id, 0) for chat_id in range(1, 65)])), 64 * 2),
    "taking hold": (statements(store.search.hold(list(range(1, 65)))), 64),
    "how far chats are indexed": (statements(*store.search.indexed(list(range(1, 65)))), 64 * 2),
    "looking through chats": (reads(store.search.progress, 1000, 500), 500 * 2),
    "marking": (statements(store.terms.mark(store.terms.postings(LARGE, 7, range(1, 21)))), 20),
    "unmarking": (statements(*store.terms.unmark(LARGE, 7, range(1, 21))), 20 * 2),
    "purging": (statements(*store.times.forget_upto(LARGE, 600)), 2),
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
    assert touched <= READS_PER_ROW * rows + 4, f"{touched} rows touched for {rows}"


@pytest.mark.parametrize("late", [False, True])
async def test_each_posting_is_kept(counted: Counted, late: bool) -> None:
    beside = NEVER + 1024 * 127, NEVER + 1024 * 128, NEVER + 1024 * (2**14 - 1), NEVER + 1
    seqs = [2049, 2050, 2049 + 127, 2049 + 128, 4095, 4096]
    tx = Transaction(counted.cursor)

    async def kept(*terms: int, upto: int = 10_000) -> list[int]:
        [rows] = await tx.together([found(*terms)])
        shelves = store.terms.read_found(rows, terms).get(LARGE, [])
        return [seq for shelf in reversed(shelves) for seq in shelf.seqs(upto)]

    for seq in reversed(seqs) if late else seqs:
        await tx.together([store.terms.mark(store.terms.postings(LARGE, seq, [NEVER, *beside]), late=late)])
    await tx.together([store.terms.mark(store.terms.postings(LARGE, 2051, [NEVER]), late=True)])
    await tx.together([store.terms.mark(store.terms.postings(LARGE, 2048, [NEVER]), late=True)])
    assert await kept(NEVER) == sorted([*seqs, 2051, 2048], reverse=True)
    for term in beside:
        assert await kept(term) == await kept(NEVER, term) == seqs[::-1]
        for upto in (2047, 2048, 2049, 2100, 4095, 4096, 4097):
            assert await kept(term, NEVER, upto=upto) == [seq for seq in reversed(seqs) if seq <= upto]
    await tx.together([*store.terms.unmark(LARGE, 2051, [NEVER]), *store.terms.unmark(LARGE, 2048, [NEVER])])
    for left, seq in enumerate(seqs, start=1):
        await tx.together(store.terms.unmark(LARGE, seq, [NEVER, *beside[1:]]))
        assert await kept(NEVER) == await kept(beside[0], beside[1]) == seqs[left:][::-1]
    assert await kept(beside[0]) == seqs[::-1]
    for seq in seqs:
        await tx.together(store.terms.unmark(LARGE, seq, [beside[0]]))
    nothing = "SELECT COUNT(*) AS kept FROM search_terms WHERE chat_id = 1 AND bucket > 900"
    assert await tx.together([Statement(nothing)]) == [[{"kept": 0}]]
    await tx.roll_back()


@pytest.mark.parametrize("count", [1, 31, 32, 33, 64, 400, 512])
async def test_a_moment_is_found_in_a_block(counted: Counted, count: int) -> None:
    tx = Transaction(counted.cursor)
    block, at = 300, [0, 0, *(1000 + 256 * (number // 3) for number in range(count))][:count]
    await tx.together([store.times.append([Times(LARGE, block, at)])])
    for until in {0, 999, *at, *(moment + 1 for moment in at), 2**53}:
        [rows] = await tx.together([store.times.passing([(LARGE, block)], until)])
        last = max(number for number, moment in enumerate(at) if moment <= until)
        assert store.times.read_passing(rows, until) == {LARGE: store.times.first_seq(block) + last}
    await tx.roll_back()
