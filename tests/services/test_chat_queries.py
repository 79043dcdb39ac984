"""Chat's statements touch only the rows they want, however large the tables are."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import asyncmy
import pytest

from dialog.db import Database, Statement, Transaction, connection_arguments
from dialog.protocol.preferences import Preferences
from services.chat import store
from services.chat.store.receipts import Gap, Moved, Pointer
from tests.sequences import spelled
from tests.servers import Servers

LARGE = 1
"""A group of a thousand with a hundred thousand messages; person 7 is in it, and in 500 small chats."""
MESSAGES = 100_000
MEMBERS = 1_000
SMALL = 500
PERSON = 7

INTO_MEMBERS = "INSERT INTO members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)"
INTO_MESSAGES = """
    INSERT INTO messages
        (chat_id, seq, rev, author_id, nonce, kind, text, reply_to, sent_at, edited_at, deleted_at)
"""
VERSION = '{"chat_id":1,"seq":1,"rev":1,"author_id":7,"nonce":"n","kind":"text","text":"words","sent_at":1}'
INTO_RECEIPTS = "INSERT INTO receipts (chat_id, user_id, read_seq, delivered_seq, moved_at)"
FIXTURE = [
    f"""
    INSERT INTO chats
        (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
    SELECT seq, IF(seq MOD 2 = 0, 'direct', 'group'), 'Chat', NULL, IF(seq = 1, {MESSAGES}, 10),
        IF(seq = 1, {MESSAGES + MEMBERS}, 12), 2, IF(seq = 1, {MEMBERS}, 2), 7, 100000 + seq, 0 FROM seq_1_to_20000
    """,
    f"{INTO_MEMBERS} SELECT 1, seq, 'member', 0, seq, NULL, seq FROM seq_1_to_{MEMBERS}",
    f"{INTO_MEMBERS} SELECT seq + 1, {PERSON}, 'member', 0, 0, NULL, 1 FROM seq_1_to_{SMALL}",
    f"{INTO_MEMBERS} SELECT seq + 1, 100000 + seq, 'member', 0, 0, NULL, 2 FROM seq_1_to_19999",
    "INSERT INTO bans SELECT 1 + seq MOD 20, seq, 7, seq FROM seq_1_to_20000",
    """
    INSERT INTO invites SELECT CONCAT('token', seq), 1 + seq MOD 2000, 7, seq, NULL, NULL, 0, 0 FROM seq_1_to_20000
    """,
    "INSERT INTO join_requests SELECT 1 + seq MOD 20, seq, seq FROM seq_1_to_20000",
    "INSERT INTO saved_chats SELECT seq, seq FROM seq_1_to_20000",
    "INSERT INTO made_groups SELECT seq MOD 10, CONCAT('n', seq), seq FROM seq_1_to_20000",
    "INSERT INTO direct_chats SELECT 7, 100000 + seq, seq FROM seq_1_to_500",
    "INSERT INTO direct_chats SELECT seq, 200000 + seq, 1000 + seq FROM seq_100_to_20000",
    f"""
    {INTO_MESSAGES} SELECT 1, seq, {MEMBERS} + seq, 1 + seq MOD {MEMBERS}, CONCAT('n', seq), 'text', 'words', NULL,
        seq, NULL, NULL FROM seq_1_to_{MESSAGES}
    """,
    f"""
    {INTO_MESSAGES} SELECT 1 + seq DIV 10, 1 + seq MOD 10, 3 + seq MOD 10, 7, CONCAT('n', seq), 'text', 'words',
        NULL, seq, NULL, NULL FROM seq_10_to_20000
    """,
    "INSERT INTO reactions SELECT 1, 1 + seq MOD 1000, CONCAT('e', seq MOD 20), seq, seq FROM seq_1_to_100000",
    "INSERT INTO edits SELECT 1, 1 + seq DIV 10, 1 + seq MOD 10, 'words', seq, seq FROM seq_1_to_20000",
    "INSERT INTO pins SELECT 1 + seq DIV 20, 1 + seq MOD 20, 0 FROM seq_1_to_10000",
    "INSERT INTO hidden SELECT 1 + seq MOD 20, 1 + seq MOD 1000, seq FROM seq_1_to_100000",
    "INSERT INTO expiring SELECT 1, seq, 1000 + seq FROM seq_1_to_50000",
    "INSERT INTO forwarded SELECT 1, seq FROM seq_1_to_1000",
    """
    INSERT INTO scheduled SELECT seq, 1, seq DIV 10, CONCAT('n', seq), 'words', NULL, '[]', 0, seq,
        IF(seq < 100, 5000, NULL), IF(seq < 50, 'not_found', NULL) FROM seq_1_to_20000
    """,
    "INSERT INTO purges SELECT seq, seq FROM seq_1_to_1000",
    "INSERT INTO withdrawals SELECT seq, 7, 10, '', seq, 0 FROM seq_1_to_1000",
    "ANALYZE TABLE chats, members, direct_chats, messages, saved_chats, bans, invites, join_requests",
    "ANALYZE TABLE reactions, edits, pins, hidden, expiring, scheduled",
    f"{INTO_RECEIPTS} SELECT 1, seq, {MESSAGES} - 100, {MESSAGES}, seq FROM seq_1_to_{MEMBERS}",
    f"{INTO_RECEIPTS} SELECT seq + 1, {PERSON}, 5, 10, seq FROM seq_1_to_{SMALL}",
    f"{INTO_RECEIPTS} SELECT seq + 1, 100000 + seq, 10, 10, seq FROM seq_1_to_19999",
    "INSERT INTO receipt_choices (user_id, shows) SELECT seq * 10, FALSE FROM seq_1_to_20000",
    f"INSERT INTO preferences SELECT {PERSON}, seq + 1, 1, 0, 'all', 0, 0, 0, 0, '', seq FROM seq_1_to_{SMALL}",
    "INSERT INTO preferences SELECT 100000 + seq, 1, 1, 0, 'all', 0, 0, 0, 0, '', seq FROM seq_1_to_19999",
    "ANALYZE TABLE receipts, receipt_choices, preferences",
    "INSERT INTO blocks SELECT 1 + seq DIV 10, 30000 + seq, 1, 1 FROM seq_1_to_20000",
    f"INSERT INTO blocks SELECT 60000 + seq, {PERSON}, 1, 1 FROM seq_1_to_10",
    f"INSERT INTO versions SELECT 1, seq, {PERSON}, '{VERSION}' FROM seq_1_to_1000",
    "ANALYZE TABLE blocks, versions, made_groups",
]


TABLES = (
    *("chats", "members", "direct_chats", "messages", "deployment", "saved_chats", "bans", "invites", "join_requests"),
    *("reactions", "edits", "pins", "hidden", "expiring", "forwarded", "scheduled", "purges", "withdrawals"),
    *("receipts", "receipt_choices", "preferences", "blocks", "versions", "made_groups"),
)


READS_PER_ROW = 3 if os.environ.get("MYSQLD") else 2
"""MySQL counts looking for one more row of a key as well."""


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
        for table in TABLES:
            await cursor.execute(f"CREATE TABLE large_chat.{table} LIKE dialog_chat.{table}")
        await cursor.execute("USE large_chat")
        await cursor.execute("INSERT INTO deployment VALUES (1, 1)")
        for statement in FIXTURE:
            await cursor.execute(spelled(statement))
        yield Counted(cursor)
        await cursor.execute("DROP DATABASE large_chat")
    connection.close()


def statements(*made: Statement) -> Callable[[Transaction], Awaitable[Any]]:
    return lambda tx: tx.together(made)


def reads(function: Callable[..., Awaitable[Any]], *arguments: Any) -> Callable[[Any], Awaitable[Any]]:
    return lambda tx: function(tx, *arguments)


def page_of_reactions(tx: Transaction) -> Awaitable[Any]:
    return store.reactions.page(tx, LARGE, 7, "e6", after=0, limit=100)


def forget_old_edits(tx: Any) -> Awaitable[Any]:
    return store.edits.forget_old(tx, 5_000, 100)


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
    "a message by its time": (statements(store.messages.sent_since(LARGE, range(1, MESSAGES, 1600), 90_000)), 63),
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
    "the chats of a person": (reads(partial(store.chats.of, moves=False), PERSON), (SMALL + 1) * 2),
    "the chats of a person, and when they moved": (reads(partial(store.chats.of, moves=True), PERSON), (SMALL + 1) * 4),
    "the groups of a person": (reads(store.members.groups_of, [PERSON]), (SMALL + 1) * 2),
    "the groups of people": (
        reads(store.members.groups_of, [PERSON, *range(100_001, 100_064)]),
        (SMALL + 1 + 63) * 2,
    ),
    "the chat ids of a person": (reads(store.chats.ids_of, PERSON), SMALL + 1),
    "how many chats people have": (reads(store.chats.counts, [PERSON, 8, 9]), SMALL + 3),
    "the partners of a person": (reads(store.chats.direct_partners, [PERSON]), SMALL),
    "one direct chat": (reads(store.chats.direct_chat_id, 7, 100_007), 1),
    "one message": (reads(store.messages.get, LARGE, 77_777, PERSON), 1),
    "who of these is in the chat": (reads(store.members.present_among, LARGE, [1, 2, 3, 999_999]), 4),
    "some members": (reads(store.members.some_of, LARGE, 200), 200),
    "the heir of a group": (reads(store.members.heir, LARGE, PERSON), MEMBERS * 2),
    "the admins of a group": (reads(store.members.admin_ids, LARGE), MEMBERS),
    "who posted last in slow groups": (
        reads(store.members.last_posts, [(LARGE, user_id) for user_id in range(1, 33)] + [(2, 7), (3, 7)]),
        34,
    ),
    "noting who posted in slow groups": (
        statements(store.members.note_posts([(LARGE, user_id) for user_id in range(1, 33)] + [(2, 7), (3, 7)], 1)),
        34,
    ),
    "the bans of a group": (reads(store.bans.of, LARGE), 1000),
    "who of these is banned": (reads(store.bans.among, LARGE, [1, 2, 20, 40]), 4),
    "one invite": (reads(store.invites.get, "token777"), 1),
    "the invites to a group": (reads(store.invites.of, LARGE), 10),
    "invites that have expired": (statements(store.invites.delete_expired(LARGE, 1)), 10),
    "those who ask to join": (reads(store.invites.requests, LARGE), 1000),
    "one who asks to join": (reads(store.invites.request_of, LARGE, 20), 1),
    "a group by its nonce": (reads(store.chats.made_group_id, 7, "n7"), 1),
    "a group that is over, by its nonce": (statements(store.chats.forget_group(7)), 1),
    "saved messages": (reads(store.chats.saved_chat_id, 7), 1),
    "the epoch": (reads(store.chats.epoch), 1),
    "messages of one chat": (reads(store.messages.among, LARGE, list(range(50_000, 50_100))), 100),
    "an author's messages": (reads(store.messages.of_author, LARGE, PERSON, "n5", 50), 50),
    "the oldest message": (reads(store.clearing.oldest, LARGE), 1),
    "the oldest messages deleted": (statements(store.messages.forget_upto(LARGE, 70_000, 200)), 200),
    "where all have cleared": (reads(store.clearing.floor, LARGE), MEMBERS),
    "a place to change for oneself": (statements(*store.chats.own_place(LARGE, PERSON)), 2),
    "one's own reaction": (reads(store.reactions.has, LARGE, 7, "e6", 6), 1),
    "who reacted": (reads(page_of_reactions), 100),
    "reactions of messages deleted": (statements(store.reactions.forget(LARGE, [5, 7])), 200),
    "the oldest reactions deleted": (statements(store.reactions.forget_upto(LARGE, 500, 1000)), 1000),
    "former texts": (reads(store.edits.of, LARGE, 77), 10),
    "former texts deleted": (statements(store.edits.forget(LARGE, [77])), 10),
    "old former texts deleted": (reads(forget_old_edits), 100),
    "the pins of a chat": (reads(store.pins.of, LARGE), 20),
    "what of a page is hidden": (reads(store.hidden.among, PERSON, [(7, seq) for seq in range(1, 51)]), 50),
    "what disappears next": (reads(store.disappearing.due, 60_000, 100), 100),
    "what one has scheduled": (statements(store.scheduled.of(100)), 10),
    "what some have scheduled": (reads(store.scheduled.of_all, [100, 101]), 20),
    "what is due": (reads(store.scheduled.due, 30_000, 1000, 100), 150),
    "what is stopped with its author": (reads(store.scheduled.lock_waiting, 100), 10),
    "all that an author wrote": (statements(store.clearing.withdraw_everywhere(PERSON, 1)), 2 * SMALL + 2),
    "one that was scheduled before": (reads(store.scheduled.with_nonce, 100, 1, "n1000"), 1),
    "what is to be purged": (reads(store.clearing.purges, 100), 100),
    "what is to be withdrawn": (reads(store.clearing.withdrawals, 100), 100),
    "whose words were forwarded": (reads(store.forwarded.among, LARGE, [1, 2, 3, 999_999]), 4),
    "how far one has read": (statements(store.receipts.read_seq(LARGE, PERSON)), 2),
    "those whose receipts have come": (
        reads(store.receipts.standings, [(LARGE, user_id) for user_id in range(1, 65)]),
        64 * 5,
    ),
    "moving receipts": (
        statements(
            store.receipts.move([Moved(Pointer(LARGE, user_id, 9, 9, True), (5, 5)) for user_id in range(1, 65)], 1)
        ),
        64,
    ),
    "what is unread in the large chat": (
        statements(*store.receipts.unread(PERSON, [Gap(LARGE, MESSAGES - 100, MESSAGES, MESSAGES + MEMBERS)])),
        100,
    ),
    "what is unread where something may be hidden": (
        statements(*store.receipts.unread(PERSON, [Gap(LARGE, MESSAGES - 100, MESSAGES, MESSAGES + MEMBERS, True)])),
        200,
    ),
    "what is unread besides what those write whom one blocks": (
        statements(
            *store.receipts.unread(
                PERSON, [Gap(LARGE, MESSAGES - 100, MESSAGES, MESSAGES + MEMBERS)], list(range(8, 40))
            )
        ),
        100,
    ),
    "whom one blocks, and who blocks them": (statements(store.blocks.of([PERSON, 8])), 40),
    "where one's receipts are withheld": (reads(store.receipts.withheld, PERSON), (SMALL + 1) * 4),
    "who shows none": (statements(store.receipts.hiding_among(list(range(1, 65)))), 64),
    "the blocks of two people": (reads(store.blocks.locked, PERSON, 8), 4),
    "a block that has changed": (statements(store.blocks.change(PERSON, 8, 9, active=True)), 1),
    "the chats of two people": (reads(store.members.shared, PERSON, 8), (SMALL + 1) * 2),
    "having chats told": (statements(store.receipts.touch(PERSON, list(range(2, 202)), 1, 1)), 200),
    "what somebody chose about receipts": (
        lambda tx: store.receipts.choose(tx, PERSON, shows=False, rev=2**40),
        2,
    ),
    "where one's receipts are told": (reads(store.receipts.of_person, PERSON), (SMALL + 1) * 3),
    "blocks of those who have read": (reads(store.blocks.about, list(range(1, 65))), 64 * 10 + 10),
    "what is another message for somebody": (
        reads(store.versions.among, PERSON, [(LARGE, seq) for seq in range(1, 51)]),
        50,
    ),
    "to whom a message is another": (reads(store.versions.of, LARGE, 7), 1),
    "other versions forgotten": (statements(store.versions.forget(LARGE, [5, 7])), 2),
    "what is unread in many chats": (
        statements(*store.receipts.unread(PERSON, [Gap(chat_id, 5, 10, 12) for chat_id in range(2, 502)])),
        500 * 5,
    ),
    "the receipts of many chats": (statements(store.receipts.pointers_in(list(range(2, 502)))), 500 * 3),
    "the receipts of one message": (reads(store.receipts.of_message, LARGE, 50_000, 9), MEMBERS * 3),
    "who shows no receipts": (reads(store.receipts.showless, [LARGE, *range(2, 66)]), (MEMBERS + 64 * 2) * 2),
    "what a person prefers": (statements(store.preferences.among(PERSON, list(range(2, 102)))), 100),
    "the preferences to change": (reads(store.preferences.locked, PERSON, 7), 2),
    "what a person has pinned": (reads(store.preferences.pinned, PERSON), SMALL),
    "changing preferences": (statements(store.preferences.change(PERSON, 7, Preferences(rev=2), 1)), 1),
    "forgetting preferences": (statements(store.preferences.forget([PERSON], 7)), 1),
    "preferring anew": (statements(store.preferences.begin_anew(PERSON, 7, 1)), 1),
    "forgetting the preferences of all": (statements(store.preferences.forget_chat(8)), 4),
    "forgetting all receipts": (statements(store.receipts.forget_chat(8)), 4),
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


def test_the_database_offers_what_these_use() -> None:
    """`Transaction` stands in for `Database` above."""
    assert {"fetch", "fetch_one", "together", "execute"} <= set(dir(Database)) & set(dir(Transaction))
