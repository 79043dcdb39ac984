"""Those who ask at once share a statement: what keeps the database calm when a gateway's clients all come back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncmy
import pytest

from dialog.bus import Bus
from dialog.config import Settings, load
from dialog.db import connection_arguments
from dialog.protocol.internal import GetGroupIds, GetUsers
from tests.sequences import spelled
from tests.servers import Servers, Suite

PEOPLE = 300
GROUP = 10
CALM = 30
"""Statements that may be sent for all of them: each takes in whoever came during the one before."""


@dataclass
class Answering:
    """Auth and chat with people 1 to PEOPLE, everybody in the group 1,000 + id // GROUP and in a direct chat."""

    bus: Bus
    cursor: Any

    async def statements(self) -> int:
        await self.cursor.execute("SHOW GLOBAL STATUS LIKE 'Com_select'")
        [(_, number)] = await self.cursor.fetchall()
        return int(number)


@pytest.fixture(scope="module")
async def answering() -> AsyncIterator[Answering]:
    async with Servers() as servers, Suite(servers) as suite:
        await suite.start_all("auth", "chat")
        connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("admin")))
        bus = await Bus.connect(
            load(Settings, "test", {"DIALOG_NATS_URL": servers.environment["DIALOG_NATS_URL"]}), "test"
        )
        async with connection.cursor() as cursor:
            for statement in (
                f"""
                INSERT INTO dialog_auth.users (id, username, display_name, description, avatar, rev, password_hash,
                    recovery_hash, policy_version, created_at)
                SELECT seq, CONCAT('user', seq), 'Somebody', '', NULL, 1, '', REPEAT('\\0', 32), '', 0
                FROM seq_1_to_{PEOPLE}
                """,
                """
                INSERT INTO dialog_chat.chats
                    (id, kind, title, avatar, head_seq, rev, member_rev, member_count, low_id, high_id, created_at)
                SELECT seq, IF(seq < 3000, 'group', 'direct'), '', NULL, 0, 1, 1, 2, 1, 2, 0 FROM seq_1000_to_4000
                """,
                f"""
                INSERT INTO dialog_chat.members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)
                SELECT 1000 + seq DIV {GROUP}, seq, 'member', 0, 0, NULL, 1 FROM seq_1_to_{PEOPLE}
                """,
                f"""
                INSERT INTO dialog_chat.members (chat_id, user_id, role, joined_seq, joined_at, left_seq, rev)
                SELECT 3000 + seq, seq, 'member', 0, 0, NULL, 1 FROM seq_1_to_{PEOPLE}
                """,
            ):
                await cursor.execute(spelled(statement))
            yield Answering(bus, cursor)
        await bus.close()
        connection.close()


async def test_profiles(answering: Answering) -> None:
    before = await answering.statements()
    asked = [[person, PEOPLE + person, person % 7 + 1] for person in range(1, PEOPLE + 1)]
    answers = await asyncio.gather(*(answering.bus.call(GetUsers(user_ids=ids)) for ids in asked))
    for ids, answer in zip(asked, answers, strict=True):
        assert {user.id for user in answer.users} == {user_id for user_id in ids if user_id <= PEOPLE}
        assert len(answer.users) == len({user.id for user in answer.users})
        assert all(user.username == f"user{user.id}" for user in answer.users)
    assert await answering.statements() - before <= CALM


async def test_groups(answering: Answering) -> None:
    before = await answering.statements()
    people = [*range(1, PEOPLE + 10), 1, 1]
    answers = await asyncio.gather(*(answering.bus.call(GetGroupIds(user_id=person)) for person in people))
    for person, answer in zip(people, answers, strict=True):
        assert answer.chat_ids == ([1000 + person // GROUP] if person <= PEOPLE else [])
    assert await answering.statements() - before <= CALM
