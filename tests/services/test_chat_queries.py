"""Chat's statements touch only the rows they want, however large the tables are."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncmy
import pytest

from dialog.db import Database, Statement, Transaction, connection_arguments
from services.chat import store
from tests.servers import Servers

LARGE = 1
"""A group of a thousand with a hundred thousand messages; person 7 is in it, and in 500 small chats."""
MESSAGES = 100_000
MEMBERS = 1_000
SMALL = 500
PERSON = 7

FIXTURE = [
    f"""
    INSERT INTO chats (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
    SELECT seq, IF(seq MOD 2 = 0, 'direct', 'group'), 'Chat', NULL, IF(seq = 1, {MESSAGES}, 10),
        IF(seq = 1, {MESSAGES + MEMBERS}, 12), 2, IF(seq = 1, {MEMBERS}, 2), 7, 100000 + seq, 0 FROM seq_1_to_20000
    """,
    f"""
    INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)
    SELECT 1, seq, 'member', 0, seq, NULL, seq FROM seq_1_to_{MEMBERS}
    """,
    f"""
    INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)
    SELECT seq + 1, {PERSON}, 'member', 0, 0, NULL, 1 FROM seq_1_to_{SMALL}
    """,
    """
    INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)
    SELECT seq + 1, 100000 + seq, 'member', 0, 0, NULL, 2 FROM seq_1_to_19999
    """,
    "INSERT INTO direct_chats SELECT 7, 100000 + seq, seq FROM seq_1_to_500",
    "INSERT INTO direct_chats SELECT seq, 200000 + seq, 1000 + seq FROM seq_100_to_20000",
    f"""
    INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at)
    SELECT 1, seq, {MEMBERS} + seq, 1 + seq MOD {MEMBERS}, CONCAT('n', seq), 'text', 'words', NULL,
        seq, NULL, NULL FROM seq_1_to_{MESSAGES}
    """,
    """
    INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at)
    SELECT 1 + seq DIV 10, 1 + seq MOD 10, 3 + seq MOD 10, 7, CONCAT('n', seq), 'text', 'words',
        NULL, seq, NULL, NULL FROM seq_10_to_20000
    """,
    "ANALYZE TABLE chats, members, direct_chats, messages",
]


class Counted:
    """A connection that tells how many rows the server touched."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    async def touched(self) -> int:
        await self.cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(value) for _, value in await self.cursor.fetchall())

    async def sql(self, text: str) -> None:
        await self.cursor.execute(text)


@pytest.fixture(scope="module")
async def counted(servers: Servers) -> AsyncIterator[Counted]:
    """Chat's tables under another name, filled, so that nobody else's tests see them."""
    arguments = connection_arguments(servers.mysql_url("admin"))
    connection = await asyncmy.connect(autocommit=True, **arguments)
    async with connection.cursor() as cursor:
        await cursor.execute("DROP DATABASE IF EXISTS large_chat")
        await cursor.execute("CREATE DATABASE large_chat")
        for table in ("chats", "members", "direct_chats", "messages", "deployment"):
            await cursor.execute(f"CREATE TABLE large_chat.{table} LIKE dialog_chat.{table}")
        await cursor.execute("USE large_chat")
        await cursor.execute("INSERT INTO deployment VALUES (1, 1)")
        for statement in FIXTURE:
            await cursor.execute(statement)
        yield Counted(cursor)
        await cursor.execute("DROP DATABASE large_chat")
    connection.close()


def statements(*made: Statement) -> Callable[[Transaction], Awaitable[Any]]:
    return lambda tx: tx.together(made)


def reads(function: Callable[..., Awaitable[Any]], *arguments: Any) -> Callable[[Any], Awaitable[Any]]:
    return lambda tx: function(tx, *arguments)


CASES: dict[str, tuple[Callable[[Any], Awaitable[Any]], int]] = {
    "the chats of a batch": (reads(store.chats.lock, list(range(1, 65))), 64),
    "the members of a group": (reads(store.members.of, [LARGE]), MEMBERS),
    "retries in many chats": (reads(store.messages.sent_before, [(chat, 7, f"n{chat}") for chat in range(2, 66)]), 64),
    "retries in one chat": (
        reads(store.messages.sent_before, [(LARGE, 7, f"n{number}") for number in range(1, 65)]),
        64,
    ),
    "moving chats on": (statements(store.chats.advance(list(range(1, 65)), 1)), 64),
    "a place in the large chat": (statements(*store.chats.locked_place(LARGE, PERSON)), 2),
    "the newest page": (statements(store.messages.newest(LARGE, 50, PERSON)), 50),
    "a page in the middle": (statements(store.messages.before(LARGE, 50_000, 50, PERSON)), 50),
    "a page onwards": (statements(store.messages.after(LARGE, 50_000, 50, PERSON)), 50),
    "the newest of the large chat": (
        statements(store.messages.at([(LARGE, seq) for seq in range(MESSAGES - 49, MESSAGES + 1)], PERSON)),
        50,
    ),
    "the newest of many chats": (statements(store.messages.at([(chat, 10) for chat in range(2, 502)], PERSON)), 500),
    "what changed lately": (statements(store.messages.since({LARGE: MEMBERS + MESSAGES - 100}, PERSON)), 100),
    "what changed lately in many chats": (
        statements(store.messages.since({LARGE: MEMBERS + MESSAGES - 100} | dict.fromkeys(range(2, 202), 10), PERSON)),
        100 + 200 * 2,
    ),
    "who changed lately": (statements(store.members.since({LARGE: MEMBERS - 5})), 5),
    "who changed lately in many chats": (
        statements(store.members.since({LARGE: MEMBERS - 5} | dict.fromkeys(range(2, 202), 1))),
        5 + 200,
    ),
    "all members": (statements(store.members.now([LARGE])), MEMBERS),
    "all members of many chats": (statements(store.members.now(list(range(2, 502)))), 2 * 500),
    "the chats of a person": (reads(store.chats.of, PERSON), (SMALL + 1) * 2),
    "the groups of a person": (reads(store.members.groups_of, [PERSON]), (SMALL + 1) * 2),
    "the groups of people": (
        reads(store.members.groups_of, [PERSON, *range(100_001, 100_064)]),
        (SMALL + 1 + 63) * 2,
    ),
    "the chat ids of a person": (reads(store.chats.ids_of, PERSON), SMALL + 1),
    "how many chats people have": (reads(store.chats.counts, [PERSON, 8, 9]), SMALL + 3),
    "the partners of a person": (reads(store.chats.direct_partners, PERSON), SMALL),
    "one direct chat": (reads(store.chats.direct_chat_id, 7, 100_007), 1),
    "one message": (reads(store.messages.get, LARGE, 77_777, PERSON), 1),
    "who of these is in the chat": (reads(store.members.present_among, LARGE, [1, 2, 3, 999_999]), 4),
    "the heir of a group": (reads(store.members.owner_and_heir, LARGE, PERSON), MEMBERS * 2),
    "the epoch": (reads(store.chats.epoch), 1),
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


def test_the_database_offers_what_these_use() -> None:
    """`Transaction` stands in for `Database` above."""
    assert {"fetch", "fetch_one", "together"} <= set(dir(Database)) & set(dir(Transaction))
